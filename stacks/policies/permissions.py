"""The permissions of each role. The bucket policies deny some of them again, and a denial wins."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from aws_cdk import aws_iam as iam

from schemas.keys.layout import (
    CALIBRATION_RESULTS_PREFIX,
    CONFIG_PREFIX,
    CURATED_PREFIX,
    ERASURES_PREFIX,
    EXPORTS_PREFIX,
    GOLDEN_SETS_PREFIX,
    MANIFESTS_PREFIX,
    MODELS_KEY,
    QUERY_RESULTS_PREFIX,
    RAW_PREFIX,
    REPLICATED_PREFIXES,
    REPORTS_PREFIX,
    RUN_PREFIXES,
    SCORES_PREFIX,
    WRITE_ONCE_PREFIXES,
)
from schemas.names import Part
from schemas.roles import Role
from stacks.policies.arns import LakeArns
from stacks.policies.queries import query
from stacks.policies.statements import allow, below, list_keys, objects, read, write

Statements = list[iam.PolicyStatement]

_EVERYTHING: Final = ("*",)
_LISTINGS: Final = ("s3:ListBucket", "s3:ListBucketVersions")
_PROTECTED: Final = (*below(*WRITE_ONCE_PREFIXES), MODELS_KEY)
# What is published; the records of erasures are written by those who erase.
_REGISTRY: Final = tuple(pattern for pattern in _PROTECTED if not pattern.startswith(ERASURES_PREFIX))
# What is made of runs, week by week.
_OF_WEEKS: Final = (*(f"{CURATED_PREFIX}{folder}" for folder in ("week=*", "symlinks/*")), f"{REPORTS_PREFIX}week=*")


def permissions(role: Role, arns: LakeArns) -> Statements:
    """Return the statements of a role's policy."""
    return _PERMISSIONS[role](arns)


def _runner(arns: LakeArns) -> Statements:
    inputs = below(CONFIG_PREFIX, MANIFESTS_PREFIX)
    return [
        write("PutRuns", [arns.bucket], below(RAW_PREFIX, SCORES_PREFIX)),
        read("ReadInputs", [arns.bucket], inputs),
        list_keys("ListInputs", [arns.bucket], inputs),
    ]


def _judge(arns: LakeArns) -> Statements:
    inputs = below(RAW_PREFIX, CONFIG_PREFIX, MANIFESTS_PREFIX, GOLDEN_SETS_PREFIX)
    return [
        # Canary results are what a judge makes of a golden set; nobody else could write them.
        write("PutScores", [arns.bucket], below(RAW_PREFIX, SCORES_PREFIX, CALIBRATION_RESULTS_PREFIX)),
        read("ReadInputs", [arns.bucket], inputs),
        list_keys("ListInputs", [arns.bucket], inputs),
    ]


def _publisher(arns: LakeArns) -> Statements:
    buckets, published = [arns.bucket, arns.replica], below(*REPLICATED_PREFIXES)
    return [
        write("PutRegistry", buckets, _REGISTRY),
        # Judges write results in the primary alone; `verify --repair` copies what S3 did not.
        write("CopyResults", [arns.replica], below(CALIBRATION_RESULTS_PREFIX, ERASURES_PREFIX)),
        read("ReadRegistry", buckets, published, versions=True),
        list_keys("ListRegistry", buckets, published, actions=_LISTINGS, tell_absent=True),
        # `verify` compares the models that Athena sees with those of the registry.
        allow("ReadCatalog", ["glue:GetTable", "glue:GetTables"], arns.database),
        _find([arns.stacks[part] for part in (Part.STORAGE, Part.REPLICA, Part.CATALOG)]),
    ]


def _analyst(arns: LakeArns) -> Statements:
    return [
        *query(arns),
        read("ReadTables", [arns.bucket], [*arns.table_keys, *below(REPORTS_PREFIX)]),
        list_keys("ListTables", [arns.bucket], [*arns.table_folders, *below(REPORTS_PREFIX)]),
        # Athena asks where the bucket is before it reads.
        allow("LocateTables", ["s3:GetBucketLocation"], [arns.bucket]),
        _find([arns.stacks[Part.CATALOG]]),
    ]


def _operator(arns: LakeArns) -> Statements:
    buckets = [arns.bucket, arns.replica]
    return [
        *query(arns),
        read("ReadAll", buckets, _EVERYTHING, versions=True),
        allow("ListAll", ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation"], buckets),
        allow("PutExports", ["s3:PutObject"], objects([arns.bucket], below(EXPORTS_PREFIX, REPORTS_PREFIX))),
        # From the replica, into a bucket that lost it: the policy lets nothing be overwritten that is still there.
        allow("Restore", ["s3:PutObject"], objects([arns.bucket], below(*REPLICATED_PREFIXES))),
        allow(
            "ReadIndex",
            [
                "dynamodb:GetItem",
                "dynamodb:Query",
                "dynamodb:Scan",
                "dynamodb:DescribeTable",
            ],
            [arns.runs_table, f"{arns.runs_table}/index/*"],
        ),
        # `reconcile --repair` removes an item that lies where no reader looks; only IndexRun writes any.
        allow("RemoveMisplaced", ["dynamodb:DeleteItem"], [arns.runs_table]),
        allow("Invoke", ["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"], arns.functions),
        _follow_executions(arns),
        allow(
            "Redrive",
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
            arns.queues,
        ),
        *_observe(arns),
        _find([*arns.stacks.values()]),
    ]


def _eraser(arns: LakeArns) -> Statements:
    buckets, erased = [arns.bucket, arns.replica], [*below(*RUN_PREFIXES), *_OF_WEEKS]
    # What may hold answers about what is erased is listed, for others to delete.
    listed = below(
        *RUN_PREFIXES, CURATED_PREFIX, REPORTS_PREFIX, EXPORTS_PREFIX, QUERY_RESULTS_PREFIX, ERASURES_PREFIX
    )
    return [
        allow("Erase", ["s3:DeleteObject", "s3:DeleteObjectVersion"], objects(buckets, erased)),
        read("ReadTraces", buckets, [*below(*RUN_PREFIXES, CURATED_PREFIX, ERASURES_PREFIX)], versions=True),
        list_keys("ListTraces", buckets, listed, actions=_LISTINGS, tell_absent=True),
        # `--turn` writes an object again without some of its lines.
        allow("WriteWithoutTurns", ["s3:PutObject"], objects([arns.bucket], below(RAW_PREFIX))),
        allow("Record", ["s3:PutObject"], objects(buckets, below(ERASURES_PREFIX))),
        allow("ReadItems", ["dynamodb:GetItem", "dynamodb:Query"], [arns.runs_table, arns.day_index]),
        allow("RemoveItems", ["dynamodb:DeleteItem"], [arns.runs_table]),
        allow("Invoke", ["lambda:InvokeFunction"], arns.writers),
        _follow_executions(arns),
        _find([arns.stacks[part] for part in (Part.STORAGE, Part.REPLICA, Part.INDEX, Part.CURATION)]),
    ]


def _break_glass(arns: LakeArns) -> Statements:
    buckets = [arns.bucket, arns.replica]
    return [
        allow("Delete", ["s3:DeleteObject", "s3:DeleteObjectVersion"], objects(buckets, _PROTECTED)),
        # Look before you delete: which versions there are, and what is in them.
        read("ReadVersions", buckets, _PROTECTED, versions=True),
        list_keys("ListVersions", buckets, below(*REPLICATED_PREFIXES), actions=_LISTINGS, tell_absent=True),
        _find([arns.stacks[part] for part in (Part.STORAGE, Part.REPLICA)]),
    ]


_PERMISSIONS: Final[Mapping[Role, Callable[[LakeArns], Statements]]] = {
    Role.RUNNER: _runner,
    Role.JUDGE: _judge,
    Role.PUBLISHER: _publisher,
    Role.ANALYST: _analyst,
    Role.OPERATOR: _operator,
    Role.ERASER: _eraser,
    Role.BREAK_GLASS: _break_glass,
}


def _observe(arns: LakeArns) -> Statements:
    """Allow what one looks at when an alarm has rung: alarms, metrics and the functions' logs."""
    return [
        allow("ReadLogs", ["logs:FilterLogEvents", "logs:GetLogEvents", "logs:DescribeLogStreams"], arns.log_groups),
        allow("ReadAlarms", ["cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory"], arns.alarms),
        allow("ReadDashboard", ["cloudwatch:GetDashboard"], [arns.dashboard]),
        # A metric is no resource of IAM, so these take '*' alone:
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
        allow(
            "ReadMetrics",
            ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics"],
            _EVERYTHING,
        ),
    ]


def _follow_executions(arns: LakeArns) -> iam.PolicyStatement:
    """Allow waiting until the state machine has curated weeks of several parts."""
    return allow(
        "FollowExecutions",
        ["states:DescribeExecution", "states:ListMapRuns", "states:DescribeMapRun"],
        arns.executions,
    )


def _find(stacks: Sequence[str]) -> iam.PolicyStatement:
    """Allow `ops` to find what is deployed."""
    return allow("FindResources", ["cloudformation:DescribeStacks"], stacks)
