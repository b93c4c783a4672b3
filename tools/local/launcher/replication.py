"""CloudFormation's `ReplicationConfiguration` as the body that the S3 API takes."""

from collections.abc import Mapping, Sequence

from botocore.serialize import create_serializer
from botocore.session import Session

_SERIALIZER = create_serializer("rest-xml")
_OPERATION = Session().get_service_model("s3").operation_model("PutBucketReplication")


def replication(role: str, rules: Sequence[Mapping[str, object]]) -> bytes:
    """Return the body of PutBucketReplication; raise `ParamValidationError` on a property that it does not take."""
    named = [{("ID" if name == "Id" else name): value for name, value in rule.items()} for rule in rules]
    request = {"Bucket": "any", "ReplicationConfiguration": {"Role": role, "Rules": named}}
    body: bytes = _SERIALIZER.serialize_to_request(request, _OPERATION)["body"]
    return body
