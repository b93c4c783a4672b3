import io

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
