import pytest

from ops.aws import Aws


@pytest.mark.usefixtures("moto")
def test_an_invocation_is_asked_for_once_unless_it_may_run_twice() -> None:
    aws = Aws()
    once, repeatable = (vars(client.meta.config)["retries"] for client in (aws.lambda_(), aws.repeatable_lambda()))
    assert once["total_max_attempts"] == 1
    assert repeatable["total_max_attempts"] > 1
    # The mode that waits and asks again when it is throttled.
    assert repeatable["mode"] == "standard"
