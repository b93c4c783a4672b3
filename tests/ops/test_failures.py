import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from ops.failures import CommandError, UnusableError, in_the_sdk, one_line


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
        (refused("InvalidObjectState"), False),
        (refused("NoSuchKey"), False),
    ]:
        with pytest.raises(CommandError) as raised, one_line():
            raise error
        assert isinstance(raised.value, UnusableError) is unusable
