"""Condition keys of bucket policies that ministack does not know: pure.

Keys and their meaning:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html#amazons3-policy-keys
"""

from collections.abc import Mapping
from urllib.parse import parse_qs

_OBJECT_HEADERS = {
    "s3:PutObject": (
        "if-none-match",
        "if-match",
        "x-amz-server-side-encryption-customer-algorithm",
        "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-storage-class",
    ),
    "s3:GetObject": ("x-amz-server-side-encryption-customer-algorithm",),
    "s3:GetObjectVersion": ("x-amz-server-side-encryption-customer-algorithm",),
    "s3:DeleteObject": ("if-match",),
}


def object_context(action: str, query: Mapping[str, object], headers: Mapping[str, str]) -> dict[str, str]:
    """Return the condition keys that one authorised S3 request carries; header names are in lower case.

    `s3:ObjectCreationOperation` is false where `s3:PutObject` authorises only a step of a multipart upload
    (CreateMultipartUpload, UploadPart), so that a policy can ask for a condition header where AWS takes one.
    """
    context = {f"s3:{name}": headers[name] for name in _OBJECT_HEADERS.get(action, ()) if headers.get(name)}
    if action == "s3:PutObject":
        step = "uploads" in query or "partNumber" in query
        context["s3:ObjectCreationOperation"] = "false" if step else "true"
    return context


def role_of_session(arn: str) -> str | None:
    """Return the name of the role whose session an STS ARN names, or None for any other principal."""
    resource = arn.split(":", 5)[-1]
    kind, _, rest = resource.partition("/")
    return rest.partition("/")[0] if kind == "assumed-role" else None


def shows_second_factor(body: bytes) -> bool:
    """Return whether an STS request names a device and a code of it; any code will do here."""
    form = parse_qs(body.decode("utf-8", "replace"))
    return {"SerialNumber", "TokenCode"} <= form.keys()
