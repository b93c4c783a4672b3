import pytest

from tools.local.launcher.conditions import object_context, role_of_session, shows_second_factor


@pytest.mark.parametrize(
    ("query", "creates"),
    [
        ({}, "true"),
        ({"uploadId": ["u"]}, "true"),
        ({"uploads": [""]}, "false"),
        ({"partNumber": ["1"], "uploadId": ["u"]}, "false"),
    ],
)
def test_only_requests_that_create_an_object_are_object_creation_operations(
    query: dict[str, list[str]], creates: str
) -> None:
    assert object_context("s3:PutObject", query, {})["s3:ObjectCreationOperation"] == creates


def test_condition_headers_become_condition_keys() -> None:
    headers = {"if-none-match": "*", "x-amz-server-side-encryption-customer-algorithm": "AES256", "host": "h"}
    assert object_context("s3:PutObject", {}, headers) == {
        "s3:if-none-match": "*",
        "s3:x-amz-server-side-encryption-customer-algorithm": "AES256",
        "s3:ObjectCreationOperation": "true",
    }


def test_a_read_does_not_carry_the_keys_of_a_write() -> None:
    assert object_context("s3:GetObject", {}, {"if-none-match": "*"}) == {}


@pytest.mark.parametrize(
    ("arn", "role"),
    [
        ("arn:aws:sts::111122223333:assumed-role/break-glass/someone", "break-glass"),
        ("arn:aws:iam::111122223333:role/path/break-glass", None),
        ("arn:aws:iam::111122223333:user/someone", None),
        ("arn:aws:iam::111122223333:root", None),
        ("*", None),
    ],
)
def test_only_a_session_has_a_role(arn: str, role: str | None) -> None:
    assert role_of_session(arn) == role


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"Action=AssumeRole&RoleArn=r&SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fx&TokenCode=123456", True),
        (b"Action=AssumeRole&RoleArn=r&SerialNumber=x", False),
        (b"Action=AssumeRole&RoleArn=r&TokenCode=123456", False),
        (b"Action=AssumeRole&RoleArn=r&SerialNumber=x&TokenCode=", False),
        (b"\xff", False),
    ],
)
def test_a_second_factor_is_a_device_and_a_code(body: bytes, shown: bool) -> None:  # noqa: FBT001
    assert shows_second_factor(body) is shown
