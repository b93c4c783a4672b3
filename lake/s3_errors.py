"""How S3 says that an object is absent, has changed, or is being written: the one place that knows its codes.

The answer to a HEAD has no body, and so no code but the status.
"""

from typing import Final

from botocore.exceptions import ClientError

# 405 answers for a version that is a delete marker.
_ABSENT: Final = frozenset({"NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "404", "405"})
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
_CHANGED: Final = frozenset({"PreconditionFailed", "412"})
_BEING_WRITTEN: Final = frozenset({"ConditionalRequestConflict", "409"})


def is_absent(error: ClientError) -> bool:
    """Return whether there is no such object, or no such version of it."""
    return _code(error) in _ABSENT


def is_changed(error: ClientError) -> bool:
    """Return whether a condition on what is there did not hold: it is another object, or gone."""
    return _code(error) in _CHANGED or is_absent(error)


def is_being_written(error: ClientError) -> bool:
    """Return whether another conditional write of the key was under way: S3 asks for another attempt."""
    return _code(error) in _BEING_WRITTEN


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]
