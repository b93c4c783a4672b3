"""The permissions of the curation's functions."""

from aws_cdk import aws_iam as iam

from schemas.keys.layout import COMPARED_PREFIXES, CURATED_PREFIX, RAW_PREFIX
from stacks.policies.statements import allow, below, list_keys, read, write


def curate_week_statements(*, bucket_arn: str, itself: str) -> list[iam.PolicyStatement]:
    """Return what `CurateWeek` may do; `itself` is its ARN, since it hands weeks over to another invocation."""
    weeks = below(RAW_PREFIX, CURATED_PREFIX)
    return [
        list_keys("ListWeeks", [bucket_arn], weeks, tell_absent=True),
        read("ReadWeeks", [bucket_arn], weeks),
        write("PublishWeeks", [bucket_arn], below(CURATED_PREFIX)),
        allow("HandOverToItself", ["lambda:InvokeFunction"], [itself]),
    ]


def reconcile_daily_statements(
    *, bucket_arn: str, replica_arn: str, table_arn: str, index_run: str
) -> list[iam.PolicyStatement]:
    """Return what `ReconcileDaily` may do; it repairs nothing itself, but invokes `IndexRun`."""
    weeks = below(RAW_PREFIX, CURATED_PREFIX)
    return [
        list_keys("ListRawVersions", [bucket_arn], below(RAW_PREFIX), actions=["s3:ListBucketVersions"]),
        list_keys("TellAbsentFromDenied", [bucket_arn], weeks, tell_absent=True),
        read("HeadRawAndCurated", [bucket_arn], weeks),
        list_keys("CompareRegions", [bucket_arn, replica_arn], below(*COMPARED_PREFIXES)),
        allow("ReadItems", ["dynamodb:Scan", "dynamodb:GetItem"], [table_arn]),
        allow("AskForRepairs", ["lambda:InvokeFunction"], [index_run]),
    ]
