"""Exit codes, and failures that an operator sees as one line: what went wrong and, where it helps, what to do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final, TypeVar

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectionError as UnreachableError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.parsers import ResponseParserError

OK: Final = 0
# A command found a difference, refused what it was asked, or could not do a part of its work.
DIFFERENCE: Final = 1
# The command could not do its work: usage, credentials, missing resources.
FAILURE: Final = 2
# A defect of ours, as sysexits.h has it: nobody may take it for a difference.
DEFECT: Final = 70
# As shells have it: 128 and the signal's number.
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141

_T = TypeVar("_T")
_U = TypeVar("_U")

# What AWS answers where credentials or whole resources are at fault, and no item:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html
_NO_ITEMS_FAULT: Final = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "AuthFailure",
        "EntityNotFoundException",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "NoSuchBucket",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "ResourceNotFoundException",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
    }
)
# What the SDK raises for a single answer that was cut off, changed on its way, or did not come.
_OF_ONE_REQUEST: Final = (
    ConnectionClosedError,
    FlexibleChecksumError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)


class CommandError(Exception):
    """A failure whose message is one line for the operator; the exit code is `FAILURE`."""


class UnusableError(CommandError):
    """A `CommandError` that is no item's fault, but that of credentials, settings, network or disk."""


@contextmanager
def one_line() -> Iterator[None]:
    """Turn what AWS, its SDK and the system refuse into a `CommandError`; anything else is a defect, and passes."""
    try:
        yield
    except (ParamValidationError, BrokenPipeError):
        raise
    except ClientError as error:
        kind = UnusableError if error.response["Error"].get("Code") in _NO_ITEMS_FAULT else CommandError
        raise kind(_refused(error)) from error
    except _OF_ONE_REQUEST as error:
        raise CommandError(_why(error)) from error
    except (BotoCoreError, OSError, MemoryError) as error:
        raise UnusableError(_why(error)) from error


@contextmanager
def in_the_sdk() -> Iterator[None]:
    """Turn what the SDK fails with into an `UnusableError`, whatever its class; what it has errors for passes.

    What a user's configuration gives it, such as the output of a `credential_process` or an endpoint, is taken as it
    is, and fails where it is used: with a ValueError, a KeyError, a RuntimeError.
    """
    try:
        yield
    except (CommandError, ClientError, BotoCoreError):
        raise
    except Exception as error:
        raise UnusableError(_why(error)) from error


def attempt(action: Callable[[], _T], otherwise: Callable[[str], _U]) -> _T | _U:
    """Return what an action on one item of a batch does, or what `otherwise` makes of the reason why it failed.

    An `UnusableError` passes, and ends the batch: the next item would fail as well.
    """
    try:
        with one_line():
            return action()
    except UnusableError:
        raise
    except CommandError as error:
        return otherwise(str(error))


@contextmanager
def resumable(hint: Callable[[], str]) -> Iterator[None]:
    """Say how to go on, as `hint` knows it by then, where the environment ends work half-way."""
    try:
        with one_line():
            yield
    except UnusableError as error:
        raise UnusableError(f"{error}; {hint()}") from error


def _why(error: Exception) -> str:
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return "no AWS credentials: expected a profile (AWS_PROFILE) or keys in the environment"
    if isinstance(error, UnreachableError | HTTPClientError):
        return f"AWS cannot be reached: {_flat(error)}"
    if isinstance(error, ResponseParserError):
        return "AWS cannot be reached: what answers there does not speak its protocol"
    if isinstance(error, MemoryError):
        return "out of memory"
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else _flat(error)
    return f"AWS: {_flat(error)}" if isinstance(error, BotoCoreError) else f"AWS, as configured: {_named(error)}"


def _refused(error: ClientError) -> str:
    answer = error.response["Error"]
    code = answer.get("Code", "")
    # A HEAD's answer has no body, so the status stands for the code.
    what = {str(HTTPStatus.FORBIDDEN.value): "AccessDenied", str(HTTPStatus.NOT_FOUND.value): "NotFound"}.get(
        code, code
    )
    return f"AWS refused {error.operation_name}: {what}: {' '.join(answer.get('Message', '').split())}"


def _flat(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {_flat(error)}"
