"""Each rule finds one change of the real templates, and names it."""

from collections.abc import Mapping
from typing import cast

import pytest

from tests.tools.diff.mutation import (
    CATALOG,
    CURATION,
    GONE,
    INDEX,
    REPLICA,
    STORAGE,
    Edit,
    Json,
    Templates,
    add,
    change,
    committed,
    drop,
    findings,
    kinds,
    lake,
    put,
    remove,
    rename,
    resources,
)
from tools.diff.compare import compare
from tools.diff.finding import DANGEROUS, Category
from tools.diff.protection import GUARDS, protection_findings
from tools.templates.model import Resource, TemplateError, parse_lake

BUCKET = "AWS::S3::Bucket"
POLICY = "AWS::S3::BucketPolicy"
TABLE = "AWS::DynamoDB::Table"
QUEUE = "AWS::SQS::Queue"
LOGS = "AWS::Logs::LogGroup"
FUNCTION = "AWS::Lambda::Function"
INVOKE = "AWS::Lambda::EventInvokeConfig"
ROLE = "AWS::IAM::Role"
IAM_POLICY = "AWS::IAM::Policy"
SCHEDULE = "AWS::Scheduler::Schedule"
WORKGROUP = "AWS::Athena::WorkGroup"
RULES = "Properties/LifecycleConfiguration/Rules"
COPIES = "Properties/ReplicationConfiguration/Rules"
DENIES = "Properties/PolicyDocument/Statement"
OWN_ACCOUNT = "arn:aws:iam::${AWS::AccountId}:root"
STRANGER = "arn:aws:iam::444455556666:root"


def queue_named(name: str) -> Edit:
    return change(INDEX, QUEUE, "Properties/QueueName", name)


def replicate_reports(templates: Templates) -> None:
    bucket = cast("Json", resources(templates, STORAGE)["LakeBucketB1D32E10"]["Properties"])
    rules = cast("list[Json]", cast("Json", bucket["ReplicationConfiguration"])["Rules"])
    rules.append({**rules[0], "Id": "ReplicateReports", "Filter": {"Prefix": "reports/"}, "Priority": 9})


# What is lost for ever, or opens what was closed. Each needs an acknowledgement.
DANGERS: Mapping[str, tuple[Edit, Category, str, str]] = {
    "a bucket is renamed": (
        change(STORAGE, BUCKET, "Properties/BucketName", "other"),
        Category.LOST,
        "replaced",
        "replaced: `BucketName` `socratic-bench-${AWS::AccountId}` → `other`",
    ),
    "a table's key changes": (
        change(INDEX, TABLE, "Properties/KeySchema/0/AttributeName", "other"),
        Category.LOST,
        "replaced",
        "may be replaced: `KeySchema`",
    ),
    "a queue is renamed": (queue_named("x"), Category.LOST, "replaced", "replaced: `QueueName`"),
    "a bucket's type changes": (
        change(STORAGE, BUCKET, "Type", "AWS::S3Express::DirectoryBucket"),
        Category.LOST,
        "replaced",
        "type `AWS::S3::Bucket` is now `AWS::S3Express::DirectoryBucket`",
    ),
    "a table is removed": (remove(INDEX, TABLE), Category.LOST, "removed", "stays behind, outside of the stack"),
    "a log group is removed": (remove(INDEX, LOGS), Category.LOST, "removed", "what it was is deleted"),
    "a stack is removed": (
        drop(STORAGE),
        Category.LOST,
        "removed",
        "`AWS::S3::Bucket` removed",
    ),
    "a table's logical id changes": (
        rename(INDEX, TABLE, "Runs00000000"),
        Category.LOST,
        "moved",
        "logical id `RunsE45A2291` is now `Runs00000000`",
    ),
    "a table goes to another stack": (
        rename(INDEX, TABLE, "RunsE45A2291", into=STORAGE),
        Category.LOST,
        "moved",
        "is now `SocraticBenchStorage/RunsE45A2291`",
    ),
    "a queue moves": (
        rename(INDEX, QUEUE, "Other"),
        Category.LOST,
        "moved",
        "logical id `DeadLettersBBF8BAAB` is now `Other`",
    ),
    "a retained bucket would be deleted": (
        change(STORAGE, BUCKET, "DeletionPolicy", GONE),
        Category.WEAKENED,
        "deletion-policy",
        "`DeletionPolicy` `RetainExceptOnCreate` → `Delete`",
    ),
    "a replaced table would be deleted": (
        change(INDEX, TABLE, "UpdateReplacePolicy", "Snapshot"),
        Category.WEAKENED,
        "deletion-policy",
        "`UpdateReplacePolicy` `Retain` → `Snapshot`",
    ),
    "deletion protection goes": (
        change(INDEX, TABLE, "Properties/DeletionProtectionEnabled", GONE),
        Category.WEAKENED,
        "deletion-protection",
        "`DeletionProtectionEnabled` removed (was `true`)",
    ),
    "point-in-time recovery goes": (
        change(INDEX, TABLE, "Properties/PointInTimeRecoverySpecification", GONE),
        Category.WEAKENED,
        "point-in-time-recovery",
        "point in time recovery weakened",
    ),
    "items begin to expire": (
        change(INDEX, TABLE, "Properties/TimeToLiveSpecification", {"AttributeName": "ttl", "Enabled": True}),
        Category.WEAKENED,
        "lifecycle",
        "items expire by `ttl`",
    ),
    "versioning is suspended": (
        change(STORAGE, BUCKET, "Properties/VersioningConfiguration/Status", "Suspended"),
        Category.WEAKENED,
        "versioning",
        "`Enabled` → `Suspended`",
    ),
    "public policies are let through": (
        change(REPLICA, BUCKET, "Properties/PublicAccessBlockConfiguration/BlockPublicPolicy", False),  # noqa: FBT003
        Category.WEAKENED,
        "public-access",
        "`PublicAccessBlockConfiguration.BlockPublicPolicy` `true` → `false`",
    ),
    "writers own their objects": (
        change(STORAGE, BUCKET, "Properties/OwnershipControls/Rules/0/ObjectOwnership", "ObjectWriter"),
        Category.WEAKENED,
        "ownership",
        "ownership weakened",
    ),
    "a bucket's encryption is not stated": (
        change(STORAGE, BUCKET, "Properties/BucketEncryption", GONE),
        Category.WEAKENED,
        "encryption",
        "`BucketEncryption` removed",
    ),
    "a queue is not encrypted": (
        change(INDEX, QUEUE, "Properties/SqsManagedSseEnabled", False),  # noqa: FBT003
        Category.WEAKENED,
        "encryption",
        "`SqsManagedSseEnabled` `true` → `false`",
    ),
    "a queue keeps messages for a day": (
        change(INDEX, QUEUE, "Properties/MessageRetentionPeriod", 86_400),
        Category.WEAKENED,
        "retention",
        "`1209600` → `86400`",
    ),
    "logs are kept for a week": (
        change(CURATION, LOGS, "Properties/RetentionInDays", 7),
        Category.WEAKENED,
        "retention",
        "`180` → `7`",
    ),
    "failed events go nowhere": (
        change(CURATION, INVOKE, "Properties/DestinationConfig", GONE),
        Category.WEAKENED,
        "dead-letters",
        "`DestinationConfig.OnFailure.Destination` removed",
    ),
    "an undelivered schedule goes nowhere": (
        change(CURATION, SCHEDULE, "Properties/Target/DeadLetterConfig", GONE),
        Category.WEAKENED,
        "dead-letters",
        "`Target.DeadLetterConfig.Arn` removed",
    ),
    "queries may choose their own settings": (
        change(CATALOG, WORKGROUP, "Properties/WorkGroupConfiguration/EnforceWorkGroupConfiguration", False),  # noqa: FBT003
        Category.WEAKENED,
        "enforcement",
        "`true` → `false`",
    ),
    "scores expire sooner": (
        change(STORAGE, BUCKET, f"{RULES}/Id=ArchiveScores/ExpirationInDays", 90),
        Category.WEAKENED,
        "lifecycle",
        "`scores/`: objects expire: after 365 days → after 90 days",
    ),
    "raw objects begin to expire": (
        change(STORAGE, BUCKET, f"{RULES}/Id=ArchiveRawTurns/ExpirationInDays", 730),
        Category.WEAKENED,
        "lifecycle",
        "`raw/`: objects expire: never → after 730 days",
    ),
    "raw objects are archived sooner": (
        change(STORAGE, BUCKET, f"{RULES}/Id=ArchiveRawTurns/Transitions/0/TransitionInDays", 30),
        Category.WEAKENED,
        "lifecycle",
        "`raw/`: objects move to DEEP_ARCHIVE: after 365 days → after 30 days",
    ),
    "older versions go sooner": (
        change(STORAGE, BUCKET, f"{RULES}/Id=ExpireNoncurrentRaw/NoncurrentVersionExpiration/NoncurrentDays", 1),
        Category.WEAKENED,
        "lifecycle",
        "`raw/`: noncurrent versions expire: after 30 days → after 1 day",
    ),
    "a rule's prefix is dropped": (
        change(STORAGE, BUCKET, f"{RULES}/Id=ArchiveScores/Prefix", GONE),
        Category.WEAKENED,
        "lifecycle",
        "the whole bucket: objects expire: never → after 365 days",
    ),
    "a prefix is no longer replicated": (
        change(STORAGE, BUCKET, f"{COPIES}/Id=ReplicateManifests", GONE),
        Category.WEAKENED,
        "replication",
        "`manifests/` is no longer replicated",
    ),
    "a replication rule is disabled": (
        change(STORAGE, BUCKET, f"{COPIES}/Id=ReplicateConfig/Status", "Disabled"),
        Category.WEAKENED,
        "replication",
        "`config/` is no longer replicated",
    ),
    "copies go to another bucket": (
        change(STORAGE, BUCKET, f"{COPIES}/Id=ReplicateConfig/Destination/Bucket", "arn:aws:s3:::other"),
        Category.WEAKENED,
        "replication",
        "destination",
    ),
    "copies may come late": (
        change(STORAGE, BUCKET, f"{COPIES}/Id=ReplicateCalibration/Destination/ReplicationTime", GONE),
        Category.WEAKENED,
        "replication",
        "time control",
    ),
    "deletes are copied": (
        change(STORAGE, BUCKET, f"{COPIES}/Id=ReplicateConfig/DeleteMarkerReplication/Status", "Enabled"),
        Category.WEAKENED,
        "replication",
        "deletes are copied `false` → `true`",
    ),
    "write-once goes": (
        change(STORAGE, POLICY, f"{DENIES}/Sid=WriteOnce", GONE),
        Category.WEAKENED,
        "deny-WriteOnce",
        "no longer denied for `*`: `s3:PutObject` on `arn:aws:s3:::socratic-bench-${AWS::AccountId}/calibration/",
    ),
    "write-once spares one prefix": (
        change(REPLICA, POLICY, f"{DENIES}/Sid=WriteOnce/Resource/7", GONE),
        Category.WEAKENED,
        "deny-WriteOnce",
        "`s3:PutObject` on `arn:aws:s3:::socratic-bench-${AWS::AccountId}-us-west-2/manifests/*`",
    ),
    "one more role may delete": (
        change(
            STORAGE,
            POLICY,
            f"{DENIES}/Sid=KeepForever/Condition/ArnNotEquals/aws:PrincipalArn",
            ["arn:aws:iam::${AWS::AccountId}:role/SocraticBenchBreakGlass", "arn:aws:iam::${AWS::AccountId}:role/X"],
        ),
        Category.WEAKENED,
        "deny-KeepForever",
        "no longer denied for `*`: `s3:DeleteObject`, `s3:DeleteObjectVersion`",
    ),
    "a bucket is opened to everyone": (
        change(
            STORAGE,
            POLICY,
            f"{DENIES}/0",
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::x/*"},
        ),
        Category.OPENED,
        "opened",
        "`*` may `s3:GetObject` on `arn:aws:s3:::x/*`",
    ),
    "a role is opened to another account": (
        change(
            STORAGE,
            ROLE,
            "Properties/AssumeRolePolicyDocument/Statement/0/Principal",
            {"AWS": STRANGER, "Service": "s3.amazonaws.com"},
        ),
        Category.OPENED,
        "opened",
        f"`AWS:{STRANGER}` may `sts:AssumeRole`",
    ),
    "a function is opened to another account": (
        add(INDEX, "P", {"Type": "AWS::Lambda::Permission", "Properties": {"Principal": "444455556666"}}),
        Category.OPENED,
        "opened",
        "`AWS:444455556666` may",
    ),
}

# What a reviewer should read, but need not acknowledge.
OTHERS: Mapping[str, tuple[Edit, Category, str, str]] = {
    "a role may do more": (
        change(CURATION, IAM_POLICY, f"{DENIES}/Sid=ReadWeeks/Action", ["s3:GetObject", "s3:DeleteObject"]),
        Category.WIDENED,
        "role of CurateWeek",
        "may `s3:DeleteObject` on `arn:aws:s3:::socratic-bench-${AWS::AccountId}/curated/*`",
    ),
    "a role reaches more": (
        change(STORAGE, ROLE, "Properties/Policies/0/PolicyDocument/Statement/1/Resource/0", "arn:aws:s3:::x/*"),
        Category.WIDENED,
        "SocraticBenchReplication",
        "on `arn:aws:s3:::x/*`",
    ),
    "a condition goes": (
        change(CURATION, IAM_POLICY, f"{DENIES}/Sid=ListWeeks/Condition", GONE),
        Category.WIDENED,
        "role of CurateWeek",
        "may `s3:ListBucket` on `arn:aws:s3:::socratic-bench-${AWS::AccountId}` (ListWeeks)",
    ),
    "a managed policy is attached": (
        change(STORAGE, ROLE, "Properties/ManagedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"]),
        Category.WIDENED,
        "SocraticBenchReplication",
        "may `managed policy` on `arn:aws:iam::aws:policy/AdministratorAccess`",
    ),
    "a policy of its own is attached": (
        add(
            STORAGE,
            "P",
            {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {
                    "PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}},
                    "Roles": ["${ReplicationRoleCE149CEC}"],
                },
            },
        ),
        Category.WIDENED,
        "SocraticBenchReplication",
        "may `s3:PutObject` on `*`",
    ),
    "this account may assume a role": (
        change(
            STORAGE,
            ROLE,
            "Properties/AssumeRolePolicyDocument/Statement/0/Principal",
            {"AWS": OWN_ACCOUNT, "Service": "s3.amazonaws.com"},
        ),
        Category.WIDENED,
        "SocraticBenchReplication (trust)",
        f"`AWS:{OWN_ACCOUNT}` may `sts:AssumeRole`",
    ),
    "a role may do less": (
        change(CURATION, IAM_POLICY, f"{DENIES}/Sid=ListWeeks", GONE),
        Category.NARROWED,
        "role of CurateWeek",
        "no longer may `s3:ListBucket`",
    ),
    "a bucket denies more": (
        change(
            STORAGE,
            POLICY,
            f"{DENIES}/Sid=KeepForever/Action",
            ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectAcl"],
        ),
        Category.NARROWED,
        "LakeBucket (policy)",
        "now denied for `*`: `s3:PutObjectAcl`",
    ),
    "a function is renamed": (
        change(INDEX, FUNCTION, "Properties/FunctionName", "Other"),
        Category.REPLACED,
        "IndexRun",
        "replaced: `FunctionName` `IndexRun` → `Other`",
    ),
    "what refers to a replaced function": (
        change(INDEX, FUNCTION, "Properties/FunctionName", "Other"),
        Category.REPLACED,
        "IndexRunFunctionAllowBucket",
        "replaced: `FunctionName` refers to `IndexRunFunction88BCE90D`, which is replaced",
    ),
    "a schedule is removed": (remove(CURATION, SCHEDULE), Category.REPLACED, "Weekly", "removed"),
    "a schedule changes": (
        change(CURATION, SCHEDULE, "Properties/ScheduleExpression", "cron(0 0 ? * TUE *)"),
        Category.SETTINGS,
        "Weekly",
        "`ScheduleExpression` `cron(0 12 ? * MON *)` → `cron(0 0 ? * TUE *)`",
    ),
    "a function has less memory": (
        change(INDEX, FUNCTION, "Properties/MemorySize", 512),
        Category.SETTINGS,
        "IndexRun",
        "`MemorySize` `1024` → `512`",
    ),
    "a function's environment changes": (
        change(INDEX, FUNCTION, "Properties/Environment/Variables/FIRST_DT", "2030-01-01"),
        Category.SETTINGS,
        "IndexRun",
        "→ `2030-01-01`",
    ),
    "scores are kept for longer": (
        change(STORAGE, BUCKET, f"{RULES}/Id=ArchiveScores/ExpirationInDays", GONE),
        Category.SETTINGS,
        "socratic-bench-${AWS::AccountId}",
        "`scores/`: objects expire: after 365 days → never",
    ),
    "unfinished uploads are aborted sooner": (
        change(STORAGE, BUCKET, f"{RULES}/Id=AbortIncompleteUploads/AbortIncompleteMultipartUpload", {"Days": 1}),
        Category.SETTINGS,
        "socratic-bench-${AWS::AccountId}",
        "the whole bucket: unfinished uploads are aborted: after 7 days → after 1 day",
    ),
    "a prefix is replicated as well": (
        replicate_reports,
        Category.SETTINGS,
        "socratic-bench-${AWS::AccountId}",
        "`reports/` is replicated",
    ),
    "a resource is new": (
        add(INDEX, "AlarmsABCDEF01", {"Type": "AWS::SNS::Topic"}),
        Category.NEW,
        "Alarms",
        "new `AWS::SNS::Topic`",
    ),
    "a type is not in the schemas": (
        change(INDEX, FUNCTION, "Type", "AWS::Lambda::Unknown"),
        Category.REPLACED,
        "IndexRun",
        "is now `AWS::Lambda::Unknown`",
    ),
    "an event is filtered otherwise": (
        change(STORAGE, BUCKET, "Properties/NotificationConfiguration/LambdaConfigurations/0/Event", "s3:TestEvent"),
        Category.OTHER,
        "socratic-bench-${AWS::AccountId}",
        "`NotificationConfiguration.LambdaConfigurations`",
    ),
    "an output is renamed": (
        lambda templates: put(templates[STORAGE], "Outputs/BucketName", GONE),
        Category.OTHER,
        STORAGE,
        "`Outputs.BucketName` removed",
    ),
}


@pytest.mark.parametrize("name", DANGERS)
def test_danger_is_found_and_named(name: str) -> None:
    edit, category, rule, change_shown = DANGERS[name]
    found = [each for each in findings(edit) if each.rule == rule and change_shown in each.change]
    assert found, [(each.rule, each.change) for each in findings(edit)]
    assert {each.category for each in found} == {category}
    assert all(each.dangerous for each in found)


@pytest.mark.parametrize("name", OTHERS)
def test_change_is_found_and_named(name: str) -> None:
    edit, category, subject, change_shown = OTHERS[name]
    found = [each for each in findings(edit) if each.subject == subject and change_shown in each.change]
    assert found, [(each.subject, each.change) for each in findings(edit)]
    assert {each.category for each in found} == {category}
    assert not any(each.dangerous for each in findings(edit))


def test_every_rule_has_its_mutation() -> None:
    assert {category for _, category, _, _ in [*DANGERS.values(), *OTHERS.values()]} == {*Category}
    assert {category for _, category, _, _ in DANGERS.values()} == DANGEROUS


@pytest.mark.parametrize(
    ("resource_type", "path"), [(kind, guard.path) for kind, guards in GUARDS.items() for guard in guards]
)
def test_every_guard_tells_weaker_from_stronger(resource_type: str, path: str) -> None:
    weak, strong = PAIRS[path]
    sides = [Resource(stack="S", logical_id="R", body=_body(resource_type, path, value)) for value in (weak, strong)]
    assert [found.category for found in protection_findings(sides[1], sides[0])] == [Category.WEAKENED]
    assert not [*protection_findings(sides[0], sides[1])]


# By the guard's path: a value, or its absence, that protects less than the other.
PAIRS: Mapping[str, tuple[object, object]] = {
    "VersioningConfiguration.Status": (GONE, "Enabled"),
    "PublicAccessBlockConfiguration.BlockPublicAcls": (False, True),
    "PublicAccessBlockConfiguration.BlockPublicPolicy": (GONE, True),
    "PublicAccessBlockConfiguration.IgnorePublicAcls": (False, True),
    "PublicAccessBlockConfiguration.RestrictPublicBuckets": ("false", "true"),
    "OwnershipControls.Rules": ([], [{"ObjectOwnership": "BucketOwnerEnforced"}]),
    "BucketEncryption": ({"SSEAlgorithm": "AES256"}, {"SSEAlgorithm": "aws:kms"}),
    "ObjectLockConfiguration": (GONE, {"ObjectLockEnabled": "Enabled"}),
    "DeletionProtectionEnabled": (GONE, True),
    "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled": (False, True),
    "PointInTimeRecoverySpecification.RecoveryPeriodInDays": (7, GONE),
    "SSESpecification.SSEEnabled": (GONE, True),
    "SqsManagedSseEnabled": (False, GONE),
    "KmsMasterKeyId": (GONE, "${Key}"),
    "MessageRetentionPeriod": (60, GONE),
    "RedrivePolicy": (GONE, {"maxReceiveCount": 3}),
    "RetentionInDays": (30, GONE),
    "KmsKeyId": (GONE, "${Key}"),
    "EnableKeyRotation": (GONE, True),
    "PendingWindowInDays": ("${Days}", 7),
    "DeadLetterConfig.TargetArn": (GONE, "${Queue.Arn}"),
    "KmsKeyArn": ("", "${Key.Arn}"),
    "DestinationConfig.OnFailure.Destination": (GONE, "${Queue.Arn}"),
    "AuthType": ("NONE", "AWS_IAM"),
    "Target.DeadLetterConfig.Arn": (GONE, "${Queue.Arn}"),
    "PermissionsBoundary": (GONE, "arn:aws:iam::aws:policy/X"),
    "WorkGroupConfiguration.EnforceWorkGroupConfiguration": (False, GONE),
    "ActionsEnabled": (False, GONE),
    "AlarmActions": ([], ["${Topic}"]),
}


def _body(resource_type: str, path: str, value: object) -> Json:
    properties: object = value
    for step in reversed(path.split(".")):
        properties = {} if properties is GONE else {step: properties}
    return {"Type": resource_type, "Properties": properties}


def test_a_replaced_type_of_which_nothing_is_known_may_be_replaced() -> None:
    before, after = ({"Type": "Custom::Thing", "Properties": {"A": value}} for value in (1, 2))
    found = compare(lake({"S": {"Resources": {"R": before}}}), lake({"S": {"Resources": {"R": after}}}), kinds())
    assert [each.change for each in found] == [
        "may be replaced: cfn-lint's schemas lack `Custom::Thing`",
        "`A` `1` → `2`",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "a retained bucket would be deleted",
        "deletion protection goes",
        "point-in-time recovery goes",
        "versioning is suspended",
        "failed events go nowhere",
        "scores expire sooner",
        "write-once spares one prefix",
        "a queue is renamed",
    ],
)
def test_one_change_is_one_finding(name: str) -> None:
    assert len(findings(DANGERS[name][0])) == 1


def test_equal_templates_differ_in_nothing() -> None:
    assert findings(lambda _: None) == []


def test_the_order_of_statements_and_lists_of_actions_is_no_change_of_permissions() -> None:
    def edit(templates: Templates) -> None:
        policy = resources(templates, STORAGE)["LakeBucketPolicy93101044"]
        statements = cast(
            "list[Json]", cast("Json", cast("Json", policy["Properties"])["PolicyDocument"])["Statement"]
        )
        statements.reverse()

    assert {found.category for found in findings(edit)} == {Category.OTHER}


def test_most_dangerous_comes_first() -> None:
    def edit(templates: Templates) -> None:
        for each, *_ in (OTHERS["a resource is new"], DANGERS["write-once goes"], DANGERS["a bucket is renamed"]):
            each(templates)

    order = [found.category for found in findings(edit)]
    assert order == sorted(order, key=[*Category].index)
    assert order[0] is Category.LOST


def test_a_wildcard_covers_what_it_replaces() -> None:
    edit = change(CURATION, IAM_POLICY, f"{DENIES}/Sid=ReadWeeks/Action", "s3:Get*")
    assert {found.category for found in findings(edit)} == {Category.WIDENED}


def test_more_accepted_values_of_a_condition_widen() -> None:
    path = f"{DENIES}/Sid=ListWeeks/Condition/StringLikeIfExists/s3:prefix"
    edit = change(CURATION, IAM_POLICY, path, ["raw/*", "curated/*", "scores/*"])
    assert {found.category for found in findings(edit)} == {Category.WIDENED}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"Resources": []}', '{"Resources": {"A": 1}}'])
def test_a_text_that_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(TemplateError, match="template of S: "):
        parse_lake({"S": text})


def test_committed_templates_name_nothing_twice() -> None:
    every = committed()
    found = compare(lake({stack: {"Resources": {}} for stack in every}), lake(every), kinds())
    assert len(found) == len({(each.key, each.subject, each.change) for each in found})
    assert all(each.change for each in found)
