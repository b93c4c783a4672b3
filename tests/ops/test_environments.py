"""What a caller's environment does wrong is one line and exit 2, whatever class of error it is inside the SDK."""

import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ops import cli

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
# Port 1 of the loopback refuses connections.
NOWHERE = "http://127.0.0.1:1"
EXPIRED = '{"Version": 1, "AccessKeyId": "x", "SecretAccessKey": "x", "Expiration": "2020-01-01T00:00:00Z"}'
# Due for a refresh at once, since less than ten minutes are left. Escaped for the shell in a shell.
SHORT_LIVED = EXPIRED.replace(
    "2020-01-01T00:00:00Z", f"{datetime.now(UTC) + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"
)
SHORT_LIVED = SHORT_LIVED.replace('"', r"\"")
SSO = (
    "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n"
    "[sso-session s]\nsso_region = us-east-1\nsso_start_url = https://x\n"
)
ASSUMED = (
    "[profile s]\naws_access_key_id = x\naws_secret_access_key = x\n"
    "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = s\n{more}\n"
)


@dataclass(frozen=True)
class Case:
    """An environment, what its configuration file says, and what the line begins with after the command's name."""

    line: str
    config: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


def process(command: str) -> str:
    return f"[default]\ncredential_process = {command}\n"


CASES = {
    "no credentials": Case("no AWS credentials: expected a profile (AWS_PROFILE) or keys in the environment"),
    "half of the credentials": Case("no AWS credentials", environment={"AWS_ACCESS_KEY_ID": "x"}),
    "missing profile": Case("AWS: The config profile (p) could not be found", environment={"AWS_PROFILE": "p"}),
    "configuration that is none": Case("AWS: Unable to parse config file", config="no section"),
    "configuration that is binary": Case("AWS: Unable to parse config file", config="[default]\n\x00\x01 = [[[\n[x"),
    "source profile that is missing": Case(
        "AWS: The source_profile", config="[default]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = gone\n"
    ),
    "profiles that assume each other": Case(
        "AWS: Infinite loop in credential configuration",
        config="[default]\nrole_arn = a\nsource_profile = b\n[profile b]\nrole_arn = b\nsource_profile = default\n",
    ),
    "role whose session cannot be opened": Case(
        "AWS cannot be reached: ", config=ASSUMED.format(more="region = us-east-1")
    ),
    "role that asks for a code": Case(
        "the AWS profile asks for a code (mfa_serial): expected a terminal",
        config=ASSUMED.format(more="mfa_serial = arn:aws:iam::123456789012:mfa/m"),
    ),
    "single sign-on without a session": Case("AWS: Error loading SSO Token", config=SSO),
    "single sign-on that says nothing": Case("no AWS credentials", config="[default]\nsso_region = x\n"),
    "process that is missing": Case("/none/such: No such file", config=process("/none/such")),
    "process that fails": Case("AWS: Error when retrieving credentials from custom-process", config=process("false")),
    "process that prints nothing": Case("AWS, as configured: JSONDecodeError: ", config=process("true")),
    "process that prints no JSON": Case("AWS, as configured: JSONDecodeError: ", config=process("echo hello")),
    "process that prints a list": Case("AWS, as configured: ", config=process("echo []")),
    "process of another version": Case("AWS: Error when retrieving credentials", config=process("echo {}")),
    "credentials that are expired": Case(
        "AWS, as configured: RuntimeError: Credentials were refreshed, but", config=process(f"echo '{EXPIRED}'")
    ),
    "credentials that expire half-way": Case(
        "AWS, as configured: JSONDecodeError: ",
        config=process(f"""sh -c 'cd; test -e used && echo hello || {{ touch used; echo "{SHORT_LIVED}"; }}'"""),
    ),
    "credentials that no header takes": Case(
        "AWS cannot be reached", environment={**KEYS, "AWS_SESSION_TOKEN": "two\nlines"}
    ),
    "token file that is missing": Case(
        "/none/such: No such file",
        environment={"AWS_WEB_IDENTITY_TOKEN_FILE": "/none/such", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r"},
    ),
    "container that is elsewhere": Case(
        "AWS, as configured: ValueError: Unsupported host",
        environment={"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://x.example/"},
    ),
    "nothing at the endpoint": Case("AWS cannot be reached: Could not connect", environment=KEYS),
    "endpoint without a scheme": Case(
        "AWS, as configured: ValueError: Invalid endpoint: 127.0.0.1:4566",
        environment={**KEYS, "AWS_ENDPOINT_URL": "127.0.0.1:4566"},
    ),
    "endpoint of another kind": Case(
        "AWS", environment={**KEYS, "AWS_ENDPOINT_URL_CLOUDFORMATION": "ftp://127.0.0.1:1"}
    ),
    "endpoint with a port that is none": Case(
        "AWS", environment={**KEYS, "AWS_ENDPOINT_URL": "http://127.0.0.1:99999"}
    ),
    "proxy that is away": Case(
        "AWS cannot be reached: Failed to connect to proxy URL", environment={**KEYS, "HTTP_PROXY": NOWHERE}
    ),
    "proxy that is none": Case("AWS", environment={**KEYS, "HTTP_PROXY": "nonsense://["}),
    "attempts that are no number": Case("AWS", environment={**KEYS, "AWS_MAX_ATTEMPTS": "many"}),
    "addresses of no kind": Case("AWS", environment={**KEYS, "AWS_USE_DUALSTACK_ENDPOINT": "x"}),
    "defaults of no mode": Case("AWS: ", environment={**KEYS, "AWS_DEFAULTS_MODE": "x"}),
    "Region that is none": Case(
        "AWS", config=ASSUMED.format(more="region = no/region"), environment={"AWS_DEFAULT_REGION": "no/region"}
    ),
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Take away what this process has of AWS's settings, and return the configuration file."""
    for name in [*os.environ]:
        if name.upper().startswith("AWS_") or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    config = tmp_path / "config"
    settings = {
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": NOWHERE,
        "AWS_MAX_ATTEMPTS": "1",
        "HOME": str(tmp_path),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return config


def assert_one_line(err: str, *, begins: str) -> None:
    assert err.startswith(begins)
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", CASES)
def test_wrong_environment_is_one_line_and_exit_2(
    name: str, environment: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    case = CASES[name]
    environment.write_text(case.config)
    for variable, value in case.environment.items():
        monkeypatch.setenv(variable, value)
    assert cli.main(["reconcile"]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert_one_line(err, begins=f"ops reconcile: {case.line}")


@pytest.mark.parametrize(
    ("bundle", "line"),
    [("/none/such", "AWS cannot be reached: SSL"), (__file__, "AWS"), (None, "AWS cannot be reached: SSL")],
)
@pytest.mark.usefixtures("environment")
def test_certificates_that_are_wrong_are_one_line(
    bundle: str | None, line: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://127.0.0.1:{server.getsockname()[1]}")
        for name, value in {**KEYS, **({"AWS_CA_BUNDLE": bundle} if bundle else {})}.items():
            monkeypatch.setenv(name, value)

        def hang_up() -> None:
            server.accept()[0].close()

        thread = Thread(target=hang_up)
        thread.start()
        assert cli.main(["reconcile"]) == 2
        # Where the certificates are read before anything connects.
        socket.create_connection(server.getsockname()).close()
        thread.join()
    assert_one_line(capfd.readouterr().err, begins=f"ops reconcile: {line}")


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"hello"), (200, b"<html></html>"), (200, b""), (500, b"{}")],
)
@pytest.mark.usefixtures("environment")
def test_an_endpoint_that_is_something_else_is_one_line(
    status: int, body: bytes, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class Something(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            del format, args

    with HTTPServer(("127.0.0.1", 0), Something) as server:
        for name, value in {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"}.items():
            monkeypatch.setenv(name, value)
        thread = Thread(target=server.serve_forever)
        thread.start()
        assert cli.main(["reconcile"]) == 2
        server.shutdown()
        thread.join()
    assert_one_line(capfd.readouterr().err, begins="ops reconcile: AWS")


@pytest.mark.usefixtures("environment")
def test_settings_of_aws_are_not_read_before_they_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "missing")
    assert cli.main(["sample", "--to", str(tmp_path), "--runs", "1"]) == 0


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run `ops` and what a shell makes of its arguments and streams."""
    return subprocess.run(
        ["/bin/bash", "-c", f"{shlex.quote(sys.executable)} -m ops {command}"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("sample --to {folder} --runs 1 >/dev/full", "ops sample: [Errno 28] No space left on device"),
        ("sample --to {folder} --runs 1 --json >/dev/full", "ops sample: [Errno 28] No space left on device"),
        ("--help >/dev/full", "ops: [Errno 28] No space left on device"),
        ("sample --to {folder} >&-", "ops: standard output is closed"),
        ("sample --to /dev/null/x", "ops sample: /dev/null/x/raw/"),
        ("sample --to /proc/x", "ops sample: /proc/x"),
        ("sample --to $'\\xff'", "ops: argument '\\udcff': expected UTF-8"),
        ("undelete $'caf\\xe9'", "ops: argument 'caf\\udce9': expected UTF-8"),
        ("undelete $'\\e[31mx' --nonsense", "ops: unrecognized arguments: --nonsense"),
        ("logs $'\\e[31mx'", "ops logs: argument FUNCTION: invalid choice: '\\x1b[31mx'"),
    ],
)
def test_wrong_streams_and_arguments_are_one_line_and_exit_2(command: str, line: str, tmp_path: Path) -> None:
    ended = shell(command.format(folder=tmp_path))
    assert ended.returncode == 2
    assert_one_line(ended.stderr.decode(), begins=line)


def test_a_closed_or_full_standard_error_changes_no_exit_code(tmp_path: Path) -> None:
    assert shell(f"sample --to {tmp_path} --runs 1 2>&-").returncode == 0
    assert shell(f"sample --to {tmp_path} --runs 0 2>&-").returncode == 2
    assert shell(f"sample --to {tmp_path} --runs 0 2>/dev/full").returncode == 2


def test_help_and_tables_are_shown_in_ascii_too(tmp_path: Path) -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}
    for command in ("sample --help", f"sample --to {tmp_path} --runs 1"):
        ended = shell(command, **ascii_only)
        assert (ended.returncode, ended.stderr) == (0, b"")
        assert ended.stdout.isascii()
