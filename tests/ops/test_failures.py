from collections.abc import Callable

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    IncompleteReadError,
    NoCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from ops.failures import CommandError, UnusableError, attempt, in_the_sdk, one_line, resumable


def refused(code: str, message: str = "why") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "PutObject")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (NoCredentialsError(), "no AWS credentials: expected a profile (AWS_PROFILE) or keys in the environment"),
        (refused("AccessDenied"), "AWS refused PutObject: AccessDenied: why"),
        (refused("403", "Forbidden"), "AWS refused PutObject: AccessDenied: Forbidden"),
        (refused("404", "Not Found"), "AWS refused PutObject: NotFound: Not Found"),
        (refused("X", "two\n  lines"), "AWS refused PutObject: X: two lines"),
        (
            EndpointConnectionError(endpoint_url="https://x"),
            'AWS cannot be reached: Could not connect to the endpoint URL: "https://x"',
        ),
        (
            ReadTimeoutError(endpoint_url="https://x"),
            'AWS cannot be reached: Read timeout on endpoint URL: "https://x"',
        ),
        (ProfileNotFound(profile="p"), "AWS: The config profile (p) could not be found"),
        (BotoCoreError(), "AWS: An unspecified error occurred"),
        (MemoryError(), "out of memory"),
        (NotADirectoryError(20, "Not a directory", "f"), "f: Not a directory"),
    ],
)
def test_what_aws_and_files_refuse_becomes_one_line(error: Exception, line: str) -> None:
    with pytest.raises(CommandError) as raised, one_line():
        raise error
    assert str(raised.value) == line


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("a bug"), KeyboardInterrupt()])
def test_anything_else_passes(error: BaseException) -> None:
    with pytest.raises(type(error)), one_line():
        raise error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ResponseParserError("<html>"), "AWS cannot be reached: what answers there does not speak its protocol"),
        (FileNotFoundError(2, "No such file", "f"), "f: No such file"),
        (KeyError("AccessKeyId"), "AWS, as configured: KeyError: 'AccessKeyId'"),
        (EOFError(), "AWS, as configured: EOFError: EOFError"),
    ],
)
def test_whatever_the_sdk_fails_with_is_no_defect_of_ours(error: Exception, line: str) -> None:
    with pytest.raises(UnusableError) as raised, in_the_sdk():
        raise error
    assert str(raised.value) == line


@pytest.mark.parametrize("error", [refused("X"), NoCredentialsError(), CommandError("x"), KeyboardInterrupt()])
def test_what_the_sdk_has_errors_for_passes(error: BaseException) -> None:
    with pytest.raises(type(error)), in_the_sdk():
        raise error


def test_only_what_is_no_items_fault_is_unusable() -> None:
    for error, unusable in [
        (refused("ExpiredToken"), True),
        (NoCredentialsError(), True),
        (EndpointConnectionError(endpoint_url="https://x"), True),
        (OSError(28, "No space left on device"), True),
        (refused("AccessDenied"), False),
        (ReadTimeoutError(endpoint_url="https://x"), False),
        (IncompleteReadError(actual_bytes=1, expected_bytes=2), False),
        (refused("InvalidObjectState"), False),
        (refused("NoSuchKey"), False),
    ]:
        with pytest.raises(CommandError) as raised, one_line():
            raise error
        assert isinstance(raised.value, UnusableError) is unusable


def test_an_item_that_fails_is_its_reason_and_what_all_fail_for_ends_the_batch() -> None:
    def fail(error: Exception) -> Callable[[], str]:
        def action() -> str:
            raise error

        return action

    assert attempt(lambda: "done", str.upper) == "done"
    assert attempt(fail(refused("InvalidObjectState")), str) == "AWS refused PutObject: InvalidObjectState: why"
    assert attempt(fail(CommandError("x")), str.upper) == "X"
    for error in (refused("ExpiredToken"), UnusableError("x"), OSError(28, "No space left on device")):
        with pytest.raises(UnusableError):
            attempt(fail(error), str)
    with pytest.raises(KeyError):
        attempt(fail(KeyError("a defect")), str)


def test_only_what_ends_a_batch_says_how_to_go_on() -> None:
    with (
        pytest.raises(UnusableError, match=r"^AWS refused PutObject: ExpiredToken: why; go on$"),
        resumable(lambda: "go on"),
    ):
        raise refused("ExpiredToken")
    with pytest.raises(CommandError, match=r"^AWS refused PutObject: AccessDenied: why$"), resumable(lambda: "go on"):
        raise refused("AccessDenied")
