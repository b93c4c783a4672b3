"""What the functions of the curation may do."""

from typing import Final

from aws_cdk import aws_iam as iam

from schemas.keys.layout import CURATED_PREFIX, RAW_PREFIX

_PREFIXES: Final = (f"{RAW_PREFIX}*", f"{CURATED_PREFIX}*")


def curate_week_statements(*, bucket_arn: str, itself: str) -> list[iam.PolicyStatement]:
    """Return what `CurateWeek` needs of the bucket, and of itself, whom it hands weeks over to."""
    return [
        _list_objects("ListWeeks", bucket_arn),
        _get_objects("ReadWeeks", bucket_arn),
        iam.PolicyStatement(
            sid="PublishWeeks",
            actions=["s3:PutObject", "s3:AbortMultipartUpload"],
            resources=[f"{bucket_arn}/{CURATED_PREFIX}*"],
        ),
        iam.PolicyStatement(sid="HandOverToItself", actions=["lambda:InvokeFunction"], resources=[itself]),
    ]


def reconcile_daily_statements(*, bucket_arn: str, table_arn: str, index_run: str) -> list[iam.PolicyStatement]:
    """Return what `ReconcileDaily` needs of bucket and table; it repairs nothing itself, but asks `IndexRun`."""
    return [
        iam.PolicyStatement(
            sid="ListRawVersions",
            actions=["s3:ListBucketVersions"],
            resources=[bucket_arn],
            conditions={"StringLike": {"s3:prefix": f"{RAW_PREFIX}*"}},
        ),
        _list_objects("TellAbsentFromDenied", bucket_arn),
        _get_objects("HeadRawAndCurated", bucket_arn),
        iam.PolicyStatement(sid="ReadItems", actions=["dynamodb:Scan", "dynamodb:GetItem"], resources=[table_arn]),
        iam.PolicyStatement(sid="AskForRepairs", actions=["lambda:InvokeFunction"], resources=[index_run]),
    ]


def _list_objects(sid: str, bucket_arn: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid,
        actions=["s3:ListBucket"],
        resources=[bucket_arn],
        # A HEAD carries no prefix to compare; without this statement absent objects answer 403.
        conditions={"StringLikeIfExists": {"s3:prefix": [*_PREFIXES]}},
    )


def _get_objects(sid: str, bucket_arn: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid, actions=["s3:GetObject"], resources=[f"{bucket_arn}/{prefix}" for prefix in _PREFIXES]
    )
