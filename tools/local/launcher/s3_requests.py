"""CloudFormation's bucket properties as the XML bodies that the S3 API takes."""

from collections.abc import Callable, Mapping, Sequence

from botocore.serialize import create_serializer
from botocore.session import Session

Properties = Mapping[str, object]

_SERIALIZER = create_serializer("rest-xml", include_validation=False)
_S3_MODEL = Session().get_service_model("s3")


class UnknownPropertyError(ValueError):
    """A template's property that this module cannot express, which must not be dropped silently."""


def _body(operation: str, **parameters: object) -> bytes:
    request = _SERIALIZER.serialize_to_request({"Bucket": "any", **parameters}, _S3_MODEL.operation_model(operation))
    body: bytes = request["body"]
    return body


def _mapping(value: object, what: str) -> Properties:
    if not isinstance(value, Mapping):
        msg = f"{what}: expected an object, got {value!r}"
        raise UnknownPropertyError(msg)
    return value


def _mappings(value: object, what: str) -> list[Properties]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        msg = f"{what}: expected a list of objects, got {value!r}"
        raise UnknownPropertyError(msg)
    return [_mapping(item, what) for item in value]


def _renamed(properties: Properties, names: Mapping[str, str], what: str) -> dict[str, object]:
    """Return the properties under the API's names; raise `UnknownPropertyError` on one without a name there."""
    unknown = sorted(properties.keys() - names.keys())
    if unknown:
        msg = f"{what}: no S3 request known for {', '.join(unknown)}"
        raise UnknownPropertyError(msg)
    return {names[key]: value for key, value in properties.items()}


_TRANSITION = {"StorageClass": "StorageClass", "TransitionInDays": "Days", "TransitionDate": "Date"}
_NONCURRENT_TRANSITION = {
    "StorageClass": "StorageClass",
    "TransitionInDays": "NoncurrentDays",
    "NewerNoncurrentVersions": "NewerNoncurrentVersions",
}
_EXPIRATION = {
    "ExpirationInDays": "Days",
    "ExpirationDate": "Date",
    "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
}
_FILTER = {
    "Prefix": "Prefix",
    "TagFilters": "Tags",
    "ObjectSizeGreaterThan": "ObjectSizeGreaterThan",
    "ObjectSizeLessThan": "ObjectSizeLessThan",
}
_AS_IS = {
    "Id": "ID",
    "Status": "Status",
    "NoncurrentVersionExpiration": "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload": "AbortIncompleteMultipartUpload",
}
_LISTS = {
    "Transitions": ("Transitions", _TRANSITION),
    "NoncurrentVersionTransitions": ("NoncurrentVersionTransitions", _NONCURRENT_TRANSITION),
}


def _picked(rule: Properties, names: Mapping[str, str]) -> dict[str, object]:
    return {names[key]: value for key, value in rule.items() if key in names}


def _lifecycle_filter(rule: Properties) -> dict[str, object]:
    """Return the rule's filter: one condition stands alone, several go under And, none is the empty prefix."""
    conditions = _picked(rule, _FILTER)
    tags = _mappings(conditions.pop("Tags", []), "TagFilters")
    if len(conditions) + len(tags) > 1:
        return {"And": {**conditions, **({"Tags": tags} if tags else {})}}
    if tags:
        return {"Tag": tags[0]}
    return conditions or {"Prefix": ""}


def _lifecycle_rule(rule: Properties) -> dict[str, object]:
    known = _AS_IS.keys() | _FILTER.keys() | _EXPIRATION.keys() | _LISTS.keys()
    unknown = sorted(rule.keys() - known)
    if unknown:
        msg = f"lifecycle rule {rule.get('Id')}: no S3 request known for {', '.join(unknown)}"
        raise UnknownPropertyError(msg)
    request = {**_picked(rule, _AS_IS), "Filter": _lifecycle_filter(rule)}
    if expiration := _picked(rule, _EXPIRATION):
        request["Expiration"] = expiration
    for key, (name, members) in _LISTS.items():
        if key in rule:
            request[name] = [_renamed(item, members, key) for item in _mappings(rule[key], key)]
    return request


def _replication_rule(rule: Properties) -> dict[str, object]:
    request = {("ID" if key == "Id" else key): value for key, value in rule.items()}
    selection = dict(_mapping(rule.get("Filter", {}), "Filter"))
    if "TagFilter" in selection:
        selection["Tag"] = selection.pop("TagFilter")
    if "And" in selection:
        both = _mapping(selection["And"], "Filter.And")
        selection["And"] = _renamed(both, {"Prefix": "Prefix", "TagFilters": "Tags"}, "Filter.And")
    if "Filter" in rule:
        request["Filter"] = selection or {"Prefix": ""}
    return request


def lifecycle(value: Properties) -> bytes:
    """Return the body of PutBucketLifecycleConfiguration for a `LifecycleConfiguration`."""
    rules = [_lifecycle_rule(rule) for rule in _mappings(value.get("Rules", []), "Rules")]
    return _body("PutBucketLifecycleConfiguration", LifecycleConfiguration={"Rules": rules})


def replication(value: Properties) -> bytes:
    """Return the body of PutBucketReplication for a `ReplicationConfiguration`."""
    rules = [_replication_rule(rule) for rule in _mappings(value.get("Rules", []), "Rules")]
    return _body("PutBucketReplication", ReplicationConfiguration={"Role": value.get("Role", ""), "Rules": rules})


def encryption(value: Properties) -> bytes:
    """Return the body of PutBucketEncryption for a `BucketEncryption`."""
    names = {
        "ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault",
        "BucketKeyEnabled": "BucketKeyEnabled",
        "BlockedEncryptionTypes": "BlockedEncryptionTypes",
    }
    stated = _mappings(value.get("ServerSideEncryptionConfiguration", []), "ServerSideEncryptionConfiguration")
    rules = [_renamed(rule, names, "ServerSideEncryptionConfiguration") for rule in stated]
    return _body("PutBucketEncryption", ServerSideEncryptionConfiguration={"Rules": rules})


def ownership(value: Properties) -> bytes:
    """Return the body of PutBucketOwnershipControls for `OwnershipControls`."""
    return _body("PutBucketOwnershipControls", OwnershipControls={"Rules": value.get("Rules", [])})


def tagging(value: Sequence[object]) -> bytes:
    """Return the body of PutBucketTagging for `Tags`."""
    return _body("PutBucketTagging", Tagging={"TagSet": list(value)})


BUCKET_CONFIGURATIONS: Mapping[str, Callable[[Properties], bytes]] = {
    "BucketEncryption": encryption,
    "OwnershipControls": ownership,
    "LifecycleConfiguration": lifecycle,
    "ReplicationConfiguration": replication,
}
