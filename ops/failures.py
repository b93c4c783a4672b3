"""Failures that an operator sees as one line: what went wrong and, where it helps, what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError as UnreachableError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
)
from botocore.parsers import ResponseParserError

OK: Final = 0
# A command found a difference, or refused what it was asked.
DIFFERENCE: Final = 1
# The command could not do its work: usage, credentials, missing resources.
FAILURE: Final = 2
# As shells have it: 128 and the signal's number.
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141


class CommandError(Exception):
    """A failure whose message is one line for the operator; the exit code is `FAILURE`."""


@contextmanager
def one_line() -> Iterator[None]:
    """Turn what AWS and the file system refuse into a `CommandError`."""
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise CommandError(
            "no AWS credentials: expected a profile (AWS_PROFILE) or keys in the environment"
        ) from error
    except ClientError as error:
        raise CommandError(_refused(error)) from error
    except (UnreachableError, HTTPClientError) as error:
        raise CommandError(f"AWS cannot be reached: {_flat(error)}") from error
    except BotoCoreError as error:
        raise CommandError(f"AWS: {_flat(error)}") from error
    except ResponseParserError as error:
        raise CommandError("AWS cannot be reached: what answers there does not speak its protocol") from error
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CommandError(f"{error.filename}: {error.strerror}" if error.filename else _flat(error)) from error


def _refused(error: ClientError) -> str:
    told = error.response["Error"]
    code = told.get("Code", "")
    # A HEAD's answer has no body, so the status stands for the code.
    what = {str(HTTPStatus.FORBIDDEN.value): "AccessDenied", str(HTTPStatus.NOT_FOUND.value): "NotFound"}.get(
        code, code
    )
    return f"AWS refused {error.operation_name}: {what}: {' '.join(told.get('Message', '').split())}"


def _flat(error: BaseException) -> str:
    return " ".join(str(error).split())
