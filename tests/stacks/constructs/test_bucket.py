"""What both lake buckets have in common: protection, and what their policy refuses."""

import pytest

from tests.stacks.synthesis import BUCKET, REPLICA, Json, SynthesizedStack, dig, rows

BUCKETS = {"SocraticBenchStorage": BUCKET, "SocraticBenchReplica": REPLICA}
WRITE_ONCE = (
    "calibration/golden_sets/*",
    "config/phases/*",
    "config/prompts/judge/*",
    "config/prompts/system/*",
    "config/rubrics/*",
    "config/seeds/*",
    "erasures/*",
    "manifests/*",
)

Stacks = dict[str, SynthesizedStack]
both_buckets = pytest.mark.parametrize("stack", BUCKETS)


def statement(stacks: Stacks, stack: str, sid: str) -> Json:
    """Return one denial without its Sid, resources sorted."""
    policy = stacks[stack].only("AWS::S3::BucketPolicy")
    (found,) = (row for row in rows(policy, "Properties", "PolicyDocument", "Statement") if row["Sid"] == sid)
    denial = {key: value for key, value in found.items() if key != "Sid"}
    resource = denial["Resource"]
    denial["Resource"] = sorted(resource) if isinstance(resource, list) else [resource]
    return denial


def deny(action: str | list[str], *, on: list[str], when: Json) -> Json:
    return {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": action, "Resource": on, "Condition": when}


@both_buckets
def test_bucket_is_encrypted_versioned_private_and_owned_by_the_account(stacks: Stacks, stack: str) -> None:
    name = BUCKETS[stack]
    bucket = stacks[stack].only("AWS::S3::Bucket")
    properties = dig(bucket, "Properties")
    assert dig(properties, "BucketName") == name
    assert dig(properties, "VersioningConfiguration") == {"Status": "Enabled"}
    assert dig(properties, "BucketEncryption", "ServerSideEncryptionConfiguration") == [
        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    ]
    assert dig(properties, "PublicAccessBlockConfiguration") == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert dig(properties, "OwnershipControls", "Rules") == [{"ObjectOwnership": "BucketOwnerEnforced"}]


@both_buckets
@pytest.mark.parametrize("resource_type", ["AWS::S3::Bucket", "AWS::S3::BucketPolicy"])
def test_bucket_and_policy_outlive_the_stack_but_not_its_failed_creation(
    stacks: Stacks, stack: str, resource_type: str
) -> None:
    resource = stacks[stack].only(resource_type)
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


@both_buckets
def test_plain_http_is_denied(stacks: Stacks, stack: str) -> None:
    name = BUCKETS[stack]
    assert statement(stacks, stack, "DenyPlainHttp") == deny(
        "s3:*",
        on=[f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        when={"Bool": {"aws:SecureTransport": "false"}},
    )


@both_buckets
def test_wrong_encryption_header_is_denied_and_a_missing_one_is_not(stacks: Stacks, stack: str) -> None:
    name = BUCKETS[stack]
    assert statement(stacks, stack, "DenyWrongEncryption") == deny(
        "s3:PutObject",
        on=[f"arn:aws:s3:::{name}/*"],
        when={
            "Null": {"s3:x-amz-server-side-encryption": "false"},
            "StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"},
        },
    )


@both_buckets
def test_customer_provided_keys_are_denied(stacks: Stacks, stack: str) -> None:
    name = BUCKETS[stack]
    assert statement(stacks, stack, "DenyCustomerKeys") == deny(
        "s3:PutObject",
        on=[f"arn:aws:s3:::{name}/*"],
        when={"Null": {"s3:x-amz-server-side-encryption-customer-algorithm": "false"}},
    )


@both_buckets
def test_artifacts_manifests_and_golden_sets_are_written_once(stacks: Stacks, stack: str) -> None:
    name = BUCKETS[stack]
    assert statement(stacks, stack, "WriteOnce") == deny(
        "s3:PutObject",
        on=[f"arn:aws:s3:::{name}/{keys}" for keys in WRITE_ONCE],
        when={"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
    )


@both_buckets
def test_models_change_only_by_compare_and_set(stacks: Stacks, stack: str) -> None:
    name = BUCKETS[stack]
    assert statement(stacks, stack, "CompareAndSetModels") == deny(
        "s3:PutObject",
        on=[f"arn:aws:s3:::{name}/config/models.json"],
        when={
            "Null": {"s3:if-match": "true", "s3:if-none-match": "true"},
            "Bool": {"s3:ObjectCreationOperation": "true"},
        },
    )


@both_buckets
def test_only_break_glass_deletes_what_is_kept_forever(stacks: Stacks, stack: str) -> None:
    name = BUCKETS[stack]
    keys = sorted([*WRITE_ONCE, "config/models.json"])
    role = "arn:aws:iam::${AWS::AccountId}:role/SocraticBenchBreakGlass"
    assert statement(stacks, stack, "KeepForever") == deny(
        ["s3:DeleteObject", "s3:DeleteObjectVersion"],
        on=[f"arn:aws:s3:::{name}/{pattern}" for pattern in keys],
        when={"ArnNotEquals": {"aws:PrincipalArn": role}},
    )


@both_buckets
def test_only_the_eraser_deletes_versions_of_runs_and_curated_weeks(stacks: Stacks, stack: str) -> None:
    name = BUCKETS[stack]
    role = "arn:aws:iam::${AWS::AccountId}:role/SocraticBenchEraser"
    assert statement(stacks, stack, "KeepVersions") == deny(
        "s3:DeleteObjectVersion",
        on=[f"arn:aws:s3:::{name}/{prefix}*" for prefix in ("curated/", "raw/", "scores/")],
        when={"ArnNotEquals": {"aws:PrincipalArn": role}},
    )
