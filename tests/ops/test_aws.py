import io

import boto3
import pytest

from ops.aws import Aws, _ask
from ops.failures import UnusableError


@pytest.mark.usefixtures("moto")
def test_an_invocation_is_asked_for_once_unless_it_may_run_twice() -> None:
    aws = Aws()
    once, repeatable = (vars(client.meta.config)["retries"] for client in (aws.lambda_(), aws.repeatable_lambda()))
    assert once["total_max_attempts"] == 1
    assert repeatable["total_max_attempts"] > 1
    # The mode that waits and asks again when it is throttled.
    assert repeatable["mode"] == "standard"


def test_a_code_is_asked_for_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: f"{prompt}123456")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(UnusableError, match="expected a terminal"):
        _ask("code: ")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    assert _ask("code: ") == "code: 123456"


@pytest.mark.usefixtures("moto")
def test_another_process_gets_the_clients_and_no_log_the_secrets() -> None:
    access = Aws(
        boto3.Session("key", "secret", "token"), endpoint_url="http://127.0.0.1:9", home="us-west-2"
    ).access()
    assert "secret" not in repr(access)
    assert "token" not in repr(access)
    found = access.aws().access()
    assert found == access
    assert (found.secret_key, found.token) == ("secret", "token")


def test_without_credentials_there_is_nothing_to_give(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boto3.Session.get_credentials", lambda _: None)
    with pytest.raises(UnusableError, match="Unable to locate credentials"):
        Aws(boto3.Session()).access()
