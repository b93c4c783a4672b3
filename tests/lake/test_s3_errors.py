import pytest
from botocore.exceptions import ClientError

from lake.s3_errors import is_absent, is_being_written, is_changed


@pytest.mark.parametrize(
    ("code", "absent", "changed", "being_written"),
    [
        ("NoSuchKey", True, True, False),
        ("NoSuchVersion", True, True, False),
        ("MethodNotAllowed", True, True, False),
        ("404", True, True, False),
        ("405", True, True, False),
        ("PreconditionFailed", False, True, False),
        ("412", False, True, False),
        ("ConditionalRequestConflict", False, False, True),
        ("409", False, False, True),
        ("AccessDenied", False, False, False),
        ("403", False, False, False),
        ("NoSuchBucket", False, False, False),
        ("InvalidObjectState", False, False, False),
    ],
)
def test_what_s3_says_of_an_object(code: str, *, absent: bool, changed: bool, being_written: bool) -> None:
    error = ClientError({"Error": {"Code": code, "Message": ""}}, "GetObject")
    assert (is_absent(error), is_changed(error), is_being_written(error)) == (absent, changed, being_written)
