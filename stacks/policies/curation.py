"""The permissions of the curation's functions and state machine."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import aws_iam as iam

from schemas.keys.grammar import CuratedFile
from schemas.keys.layout import COMPARED_PREFIXES, CURATED_PREFIX, RAW_PREFIX, SCORES_PREFIX
from schemas.run_index import DAY_INDEX
from stacks.policies.statements import allow, below, list_keys, objects, read, write

_SUPERSEDED: Final = tuple(
    f"{CURATED_PREFIX}week=*/{name}" for name in ("parts/*", "plans/*", CuratedFile.TURNS, CuratedFile.RUNS)
)


def curate_week_statements(*, bucket_arn: str, machine: str) -> list[iam.PolicyStatement]:
    """Return what `CurateWeek` may do; `machine` is the ARN of the one that curates weeks of several parts."""
    weeks = below(RAW_PREFIX, CURATED_PREFIX)
    return [
        list_keys("ListWeeks", [bucket_arn], weeks, tell_absent=True),
        read("ReadWeeks", [bucket_arn], weeks),
        write("PublishWeeks", [bucket_arn], below(CURATED_PREFIX)),
        # Parts that no manifest names any more, and turns of a week that has outgrown one part.
        allow("RemoveSuperseded", ["s3:DeleteObject"], objects([bucket_arn], _SUPERSEDED)),
        allow("StartParts", ["states:StartExecution"], [machine]),
    ]


def curate_parts_statements(
    *, bucket_arn: str, function: str, machine: str, executions: Sequence[str]
) -> list[iam.PolicyStatement]:
    """Return what `CurateParts` needs: its function, its plans, its own executions, and its log."""
    return [
        allow("InvokeSteps", ["lambda:InvokeFunction"], [function]),
        read("ReadPlans", [bucket_arn], [f"{CURATED_PREFIX}week=*/plans/*"]),
        # A distributed map runs each item as an execution of the same machine:
        # https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
        allow("StartMap", ["states:StartExecution"], [machine]),
        allow("FollowMap", ["states:DescribeExecution", "states:StopExecution"], executions),
        # The delivery of logs is no resource of IAM:
        # https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
        allow(
            "DeliverLogs",
            [
                "logs:CreateLogDelivery",
                "logs:GetLogDelivery",
                "logs:UpdateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:ListLogDeliveries",
                "logs:PutResourcePolicy",
                "logs:DescribeResourcePolicies",
                "logs:DescribeLogGroups",
            ],
            ["*"],
        ),
    ]


def reconcile_daily_statements(
    *, bucket_arn: str, replica_arn: str, table_arn: str, index_run: str
) -> list[iam.PolicyStatement]:
    """Return what `ReconcileDaily` may do; it repairs nothing itself, but invokes `IndexRun`."""
    keys = below(RAW_PREFIX, CURATED_PREFIX, SCORES_PREFIX)
    return [
        list_keys("ListObjects", [bucket_arn], keys, tell_absent=True),
        read("ReadObjects", [bucket_arn], keys),
        allow("ReadDays", ["dynamodb:Query"], [f"{table_arn}/index/{DAY_INDEX}"]),
        allow("ReadItems", ["dynamodb:GetItem"], [table_arn]),
        list_keys("CompareRegions", [bucket_arn, replica_arn], below(*COMPARED_PREFIXES)),
        allow("AskForRepairs", ["lambda:InvokeFunction"], [index_run]),
    ]
