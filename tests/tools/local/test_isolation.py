"""Environments of callers, none of which may reach what works with the embedded AWS."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from ops.aws import Aws
from tools.local.emulator import server_environment
from tools.local.endpoint import Endpoint
from tools.local.isolation import isolated

NOBODY = "http://127.0.0.1:9"
BUCKETS = b"<ListAllMyBucketsResult><Buckets><Bucket><Name>lake</Name></Bucket></Buckets></ListAllMyBucketsResult>"

# `{broken}` is a file that no parser of settings takes.
ENVIRONMENTS: list[dict[str, str]] = [
    {"HTTPS_PROXY": NOBODY, "HTTP_PROXY": NOBODY},
    {"https_proxy": NOBODY, "http_proxy": NOBODY},
    {"ALL_PROXY": NOBODY, "all_proxy": NOBODY},
    {"HTTP_PROXY": NOBODY, "NO_PROXY": "example.invalid"},
    {"http_proxy": NOBODY, "no_proxy": ""},
    {"AWS_PROFILE": "missing"},
    {"AWS_DEFAULT_PROFILE": "missing"},
    {"AWS_CONFIG_FILE": "{broken}"},
    {"AWS_SHARED_CREDENTIALS_FILE": "{broken}"},
    {"HOME": "{home}"},
    {"AWS_ENDPOINT_URL": NOBODY},
    {"AWS_ENDPOINT_URL_S3": NOBODY},
    {"AWS_CA_BUNDLE": "{broken}", "SSL_CERT_FILE": "{broken}"},
    {"REQUESTS_CA_BUNDLE": "{broken}", "CURL_CA_BUNDLE": "{broken}"},
    {"AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
    {"AWS_REGION": "nowhere", "AWS_DEFAULT_REGION": "nowhere"},
    {"AWS_SESSION_TOKEN": "expired", "AWS_SECURITY_TOKEN": "expired"},
    {"AWS_MAX_ATTEMPTS": "none"},
    {"AWS_RETRY_MODE": "none"},
    {"AWS_REQUEST_CHECKSUM_CALCULATION": "none"},
    {"AWS_ROLE_ARN": "none", "AWS_WEB_IDENTITY_TOKEN_FILE": "{broken}"},
    {"CDK_HOME": "/nowhere", "CDK_NEW_BOOTSTRAP": "0", "CDK_DEFAULT_ACCOUNT": "999999999999"},
    {"NODE_OPTIONS": "--require=missing", "NODE_TLS_REJECT_UNAUTHORIZED": "0", "NODE_ENV": "production"},
    {"PYTHONOPTIMIZE": "2", "PYTHONPATH": "/nowhere", "PYTHONHOME": "/nowhere"},
    {"JSII_RUNTIME": "/nowhere", "JSII_RUNTIME_PACKAGE_CACHE": "disabled"},
]


class _S3(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BUCKETS)))
        self.end_headers()
        self.wfile.write(BUCKETS)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[Endpoint]:
    with HTTPServer(("127.0.0.1", 0), _S3) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        yield Endpoint(url, url, tmp_path / "ca.pem", "111122223333", "us-east-1", tmp_path)
        server.shutdown()
        thread.join()


@pytest.fixture(params=ENVIRONMENTS, ids=",".join)
def caller(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give the process the environment of a caller."""
    broken, home = tmp_path / "broken", tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    for file in (broken, home / ".aws" / "config", home / ".aws" / "credentials"):
        file.write_text("[default\nno settings")
    for name, value in request.param.items():
        monkeypatch.setenv(name, value.format(broken=broken, home=home))


@pytest.mark.usefixtures("caller")
def test_a_client_in_this_process_reaches_the_endpoint(endpoint: Endpoint) -> None:
    with isolated():
        found = endpoint.client("s3").list_buckets()["Buckets"]
        same = Aws(endpoint.session(), endpoint_url=endpoint.url).s3().list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in found] == [bucket["Name"] for bucket in same] == ["lake"]


@pytest.mark.usefixtures("caller")
def test_a_process_has_nothing_of_the_callers_but_its_path(
    monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint, tmp_path: Path
) -> None:
    def environments() -> tuple[dict[str, str], dict[str, str]]:
        server = server_environment(port=4, folder=tmp_path, account_id="111122223333", region="us-east-1")
        return endpoint.environment(), server

    found = environments()
    for name in os.environ.keys() - {"PATH"}:
        monkeypatch.delenv(name)
    assert environments() == found


@pytest.mark.usefixtures("caller")
def test_the_callers_environment_is_put_back() -> None:
    before = dict(os.environ)
    with isolated():
        assert os.environ != before
    assert os.environ == before
