"""The roles of those who use the lake: what each may do in S3, and what it may do elsewhere."""

import fnmatch
import json
from typing import Final, cast

import pytest

from schemas.keys.grammar import CuratedFile, CuratedTable
from schemas.keys.layout import PREFIXES
from schemas.roles import Role
from tests.stacks.synthesis import BUCKET, REPLICA, Json, SynthesizedStack, dig, rows, synthesize

READERS: Final = {"s3:GetObject", "s3:GetObjectVersion"}
WRITERS: Final = {"s3:PutObject", "s3:AbortMultipartUpload"}
DELETERS: Final = {"s3:DeleteObject", "s3:DeleteObjectVersion"}

RAW: Final = "raw/dt=2025-11-05/model=gpt-5/phase=P0/01HQVZ3K9X1234567890ABCDEF.jsonl"
SCORE: Final = "scores/dt=2025-11-05/01HQVZ3K9X1234567890ABCDEF_summary.json"
TURNS: Final = "curated/week=2025-W45/turns.parquet"
RUNS: Final = "curated/week=2025-W45/runs.parquet"
SUMMARY: Final = "curated/week=2025-W45/weekly_summary.parquet"
REJECTED: Final = "curated/week=2025-W45/_rejected.jsonl"
SYMLINK: Final = "curated/symlinks/curated_turns/week=2025-W45/symlink.txt"
MODELS: Final = "config/models.json"
RUBRIC: Final = "config/rubrics/rubric-1.1@sha256_9c4d12e7.json"
MANIFEST: Final = "manifests/manifest_20251105_a7f3e9c2.json"
GOLDEN: Final = "calibration/golden_sets/golden_set_v1.jsonl"
RESULT: Final = "calibration/results/2025-11-05.json"
ERASURE: Final = "erasures/erasure_20251105_a7f3e9c2.json"
REPORT: Final = "reports/week=2025-W45/report.html"
EXPORT: Final = "exports/2025-11-05_x.csv"
ANSWER: Final = "query-results/0d1e2f30-0000-4000-8000-0123456789ab.csv"
KEYS: Final = {
    RAW, SCORE, TURNS, RUNS, SUMMARY, REJECTED, SYMLINK, MODELS, RUBRIC, MANIFEST, GOLDEN, RESULT, ERASURE, REPORT,
    EXPORT, ANSWER,
}  # fmt: skip
REGISTRY: Final = {MODELS, RUBRIC, MANIFEST, GOLDEN}
PROTECTED: Final = {*REGISTRY, ERASURE}
# What the eraser removes for good.
RUN: Final = {RAW, SCORE}
OF_WEEKS: Final = {TURNS, RUNS, SUMMARY, REJECTED, SYMLINK}
REPLICATED: Final = {*PROTECTED, RESULT}


def role_resource(access: SynthesizedStack, role: Role) -> Json:
    (found,) = (
        resource
        for resource in access.resources("AWS::IAM::Role").values()
        if dig(resource, "Properties", "RoleName") == f"SocraticBench{role}"
    )
    return found


def statements(access: SynthesizedStack, role: Role) -> list[Json]:
    (policy,) = rows(role_resource(access, role), "Properties", "Policies")
    return rows(policy, "PolicyDocument", "Statement")


def listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def keys(access: SynthesizedStack, role: Role, actions: set[str], bucket: str = BUCKET) -> set[str]:
    """Return those of `KEYS` that a role may do at least one of the actions on."""
    patterns = [
        resource.removeprefix(f"arn:aws:s3:::{bucket}/")
        for statement in statements(access, role)
        if actions & {*listed(statement["Action"])}
        for resource in listed(statement["Resource"])
        if resource.startswith(f"arn:aws:s3:::{bucket}/")
    ]
    return {key for key in KEYS if any(fnmatch.fnmatchcase(key, pattern) for pattern in patterns)}


@pytest.mark.parametrize(
    ("role", "read", "written"),
    [
        (Role.RUNNER, {MODELS, RUBRIC, MANIFEST}, {RAW, SCORE}),
        (Role.JUDGE, {RAW, MODELS, RUBRIC, MANIFEST, GOLDEN}, {RAW, SCORE, RESULT}),
        (Role.PUBLISHER, REPLICATED, REGISTRY),
        (Role.ANALYST, {RAW, SCORE, TURNS, RUNS, SUMMARY, SYMLINK, RESULT, REPORT, ANSWER}, {ANSWER}),
        (Role.OPERATOR, KEYS, {EXPORT, REPORT, ANSWER, *REPLICATED}),
        (Role.ERASER, {*RUN, *OF_WEEKS, ERASURE}, {RAW, ERASURE}),
        (Role.BREAK_GLASS, PROTECTED, set()),
    ],
)
def test_what_a_role_reads_and_writes(
    access: SynthesizedStack, role: Role, read: set[str], written: set[str]
) -> None:
    assert keys(access, role, READERS) == read
    assert keys(access, role, WRITERS) == written


@pytest.mark.parametrize(
    ("role", "read", "written"),
    [
        (Role.RUNNER, set(), set()),
        (Role.JUDGE, set(), set()),
        (Role.PUBLISHER, REPLICATED, REPLICATED),
        (Role.ANALYST, set(), set()),
        (Role.OPERATOR, KEYS, set()),
        (Role.ERASER, {*RUN, *OF_WEEKS, ERASURE}, {ERASURE}),
        (Role.BREAK_GLASS, PROTECTED, set()),
    ],
)
def test_what_a_role_reads_and_writes_in_the_replica(
    access: SynthesizedStack, role: Role, read: set[str], written: set[str]
) -> None:
    assert keys(access, role, READERS, REPLICA) == read
    assert keys(access, role, WRITERS, REPLICA) == written


@pytest.mark.parametrize("bucket", [BUCKET, REPLICA])
@pytest.mark.parametrize("role", Role)
def test_break_glass_deletes_what_is_written_once_the_eraser_runs_and_nobody_anything_else(
    access: SynthesizedStack, role: Role, bucket: str
) -> None:
    deleted = {Role.BREAK_GLASS: PROTECTED, Role.ERASER: {*RUN, *OF_WEEKS, REPORT}}
    assert keys(access, role, DELETERS, bucket) == deleted.get(role, set())


def test_no_role_writes_or_deletes_by_another_action(access: SynthesizedStack) -> None:
    actions = {action for role in Role for row in statements(access, role) for action in listed(row["Action"])}
    reading = ("Get", "List", "Describe", "BatchGet", "Filter", "Query", "Scan")
    assert {action for action in actions if not action.partition(":")[2].startswith(reading)} == {
        *WRITERS,
        *DELETERS,
        "athena:StartQueryExecution",
        "athena:StopQueryExecution",
        "dynamodb:DeleteItem",
        "lambda:InvokeFunction",
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:ReceiveMessage",
    }


@pytest.mark.parametrize(
    ("role", "services"),
    [
        (Role.RUNNER, {"s3"}),
        (Role.JUDGE, {"s3"}),
        (Role.PUBLISHER, {"s3", "glue", "cloudformation"}),
        (Role.ANALYST, {"s3", "glue", "athena", "cloudformation"}),
        (
            Role.OPERATOR,
            {"s3", "glue", "athena", "cloudformation", "cloudwatch", "dynamodb", "lambda", "logs", "sqs", "states"},
        ),
        (Role.ERASER, {"s3", "cloudformation", "dynamodb", "lambda", "states"}),
        (Role.BREAK_GLASS, {"s3", "cloudformation"}),
    ],
)
def test_which_services_a_role_uses(access: SynthesizedStack, role: Role, services: set[str]) -> None:
    actions = (action for row in statements(access, role) for action in listed(row["Action"]))
    assert {action.partition(":")[0] for action in actions} == services


@pytest.mark.parametrize("role", [Role.RUNNER, Role.JUDGE, Role.ANALYST])
def test_a_listing_without_a_prefix_is_not_allowed(access: SynthesizedStack, role: Role) -> None:
    for statement in statements(access, role):
        if "s3:ListBucket" in listed(statement["Action"]):
            assert [*dig(statement, "Condition")] == ["StringLike"]  # type: ignore[misc]
            for prefix in listed(dig(statement, "Condition", "StringLike", "s3:prefix")):
                assert prefix.startswith(PREFIXES)


def test_analysts_read_every_file_that_a_table_names_and_no_other_of_the_week(access: SynthesizedStack) -> None:
    named = {f"curated/week=2025-W45/{table.file}" for table in CuratedTable}
    assert keys(access, Role.ANALYST, READERS) >= named
    assert {f"curated/week=2025-W45/{file}" for file in CuratedFile} - named == {REJECTED}


def test_operators_reach_every_function_queue_and_log_group_of_the_lake(
    stacks: dict[str, SynthesizedStack], access: SynthesizedStack
) -> None:
    resources = [resource for row in statements(access, Role.OPERATOR) for resource in listed(row["Resource"])]
    allowed = [resource for resource in resources if resource != "*"]
    kinds = {
        "AWS::Lambda::Function": ("lambda", "function:", "FunctionName"),
        "AWS::SQS::Queue": ("sqs", "", "QueueName"),
        "AWS::Logs::LogGroup": ("logs", "log-group:", "LogGroupName"),
    }
    for stack, synthesized in stacks.items():
        for kind, (service, before, fixed) in kinds.items():
            for logical_id, resource in synthesized.resources(kind).items():
                properties = cast("Json", resource.get("Properties", {}))
                name = properties.get(fixed, f"{stack}-{logical_id}-1A2B3C")
                arn = f"arn:aws:{service}:{synthesized.region}:${{AWS::AccountId}}:{before}{name}"
                assert [pattern for pattern in allowed if fnmatch.fnmatchcase(arn, pattern)], arn


def test_only_those_who_delete_for_good_need_a_second_factor(access: SynthesizedStack) -> None:
    for role in Role:
        trust = rows(role_resource(access, role), "Properties", "AssumeRolePolicyDocument", "Statement")
        mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        assert [row.get("Condition") for row in trust] == [mfa if role in (Role.ERASER, Role.BREAK_GLASS) else None]
        assert [row["Principal"] for row in trust] == [{"AWS": "arn:aws:iam::${AWS::AccountId}:root"}]


def test_sessions_last_an_hour(access: SynthesizedStack) -> None:
    for role in Role:
        assert dig(role_resource(access, role), "Properties", "MaxSessionDuration") == 3600


def reached(stack: SynthesizedStack) -> set[str]:
    """Return the ARNs of a stack's policies that name something of the lake."""
    texts = json.dumps(stack.template["Resources"]).split('"')
    return {text for text in texts if text.startswith("arn:aws:") and "ocratic" in text}


def test_a_stage_reaches_nothing_of_another(access: SynthesizedStack) -> None:
    staged = reached(synthesize("dev")["SocraticBenchAccess-dev"])
    assert len(staged) == len(reached(access))
    for arn in staged:
        assert not [pattern for pattern in reached(access) if fnmatch.fnmatchcase(arn, pattern)]
