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

from ops.failures import CommandError, one_line


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
        (
            ResponseParserError("<html>"),
            "AWS cannot be reached: what answers there does not speak its protocol",
        ),
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
