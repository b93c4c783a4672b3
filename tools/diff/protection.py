"""Protections that are worth less than before: each ranks a property's values, and a lower rank is weaker."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tools.diff.finding import Category, Finding, finding
from tools.diff.values import shown
from tools.templates.model import Json, Path, Resource, canonical, dig, mapping

Rank = Callable[[object], float]
_ON: Final = ("true", "enabled")
# From what keeps least to what keeps most; an absent policy deletes.
_POLICIES: Final = ("Delete", "Snapshot", "RetainExceptOnCreate", "Retain")
_CIPHERS: Final = ("AES256", "aws:kms", "aws:kms:dsse")


def _is_on(value: object) -> float:
    return float(str(value).lower() in _ON)


def _on_unless_off(value: object) -> float:
    return 1.0 if value is None else _is_on(value)


def _is_there(value: object) -> float:
    return float(value not in (None, "", [], {}))


def _count(value: object) -> float:
    return float(len(value)) if isinstance(value, list) else _is_there(value)


def _cipher(value: object) -> float:
    text = canonical(value)
    return float(max((rank for rank, name in enumerate(_CIPHERS, start=1) if f'"{name}"' in text), default=0))


def _owner_enforced(value: object) -> float:
    return float("BucketOwnerEnforced" in canonical(value))


def _iam(value: object) -> float:
    return float(value == "AWS_IAM")


def _number(default: float) -> Rank:
    def rank(value: object) -> float:
        if value is None:
            return default
        try:
            number = float(str(value))
        except ValueError:
            return -math.inf  # a reference: whatever it is, it is worth a look
        return -math.inf if math.isnan(number) else number

    return rank


@dataclass(frozen=True)
class Guard:
    """A property that protects, how much its value is worth, and the rule's name."""

    path: str
    rule: str
    rank: Rank


_BLOCKS: Final = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")

GUARDS: Final = {
    "AWS::S3::Bucket": (
        Guard("VersioningConfiguration.Status", "versioning", _is_on),
        *(Guard(f"PublicAccessBlockConfiguration.{block}", "public-access", _is_on) for block in _BLOCKS),
        Guard("OwnershipControls.Rules", "ownership", _owner_enforced),
        Guard("BucketEncryption", "encryption", _cipher),
        Guard("ObjectLockConfiguration", "retention", _is_there),
    ),
    "AWS::DynamoDB::Table": (
        Guard("DeletionProtectionEnabled", "deletion-protection", _is_on),
        Guard("PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", "point-in-time-recovery", _is_on),
        Guard("PointInTimeRecoverySpecification.RecoveryPeriodInDays", "point-in-time-recovery", _number(35)),
        Guard("SSESpecification.SSEEnabled", "encryption", _is_on),
    ),
    "AWS::SQS::Queue": (
        Guard("SqsManagedSseEnabled", "encryption", _on_unless_off),
        Guard("KmsMasterKeyId", "encryption", _is_there),
        Guard("MessageRetentionPeriod", "retention", _number(345_600)),
        Guard("RedrivePolicy", "dead-letters", _is_there),
    ),
    "AWS::SNS::Topic": (Guard("KmsMasterKeyId", "encryption", _is_there),),
    "AWS::Logs::LogGroup": (
        Guard("RetentionInDays", "retention", _number(math.inf)),
        Guard("KmsKeyId", "encryption", _is_there),
        Guard("DeletionProtectionEnabled", "deletion-protection", _is_on),
    ),
    "AWS::KMS::Key": (
        Guard("EnableKeyRotation", "encryption", _is_on),
        Guard("PendingWindowInDays", "deletion-protection", _number(30)),
    ),
    "AWS::Lambda::Function": (
        Guard("DeadLetterConfig.TargetArn", "dead-letters", _is_there),
        Guard("KmsKeyArn", "encryption", _is_there),
    ),
    "AWS::Lambda::EventInvokeConfig": (Guard("DestinationConfig.OnFailure.Destination", "dead-letters", _is_there),),
    "AWS::Lambda::Url": (Guard("AuthType", "public-access", _iam),),
    "AWS::Scheduler::Schedule": (Guard("Target.DeadLetterConfig.Arn", "dead-letters", _is_there),),
    "AWS::IAM::Role": (Guard("PermissionsBoundary", "permissions-boundary", _is_there),),
    "AWS::Athena::WorkGroup": (
        Guard("WorkGroupConfiguration.EnforceWorkGroupConfiguration", "enforcement", _on_unless_off),
    ),
    "AWS::CloudWatch::Alarm": (
        Guard("ActionsEnabled", "alarm", _on_unless_off),
        Guard("AlarmActions", "alarm", _count),
    ),
}


def protection_findings(old: Resource, new: Resource) -> Iterator[Finding]:
    """Yield what protects the resource less than before: its deletion policies and the properties of `GUARDS`."""
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        was, now = old.body.get(policy), new.body.get(policy)
        if _policy_rank(now) < _policy_rank(was):
            yield finding(
                old, Category.WEAKENED, "deletion-policy", f"`{policy}` {shown(was, now or 'Delete')}", (policy,)
            )
    for guard in GUARDS.get(old.type, ()):
        yield from _fallen(guard, old, new)


def _policy_rank(value: object) -> int:
    return _POLICIES.index(value) if value in _POLICIES else 0


def _fallen(guard: Guard, old: Resource, new: Resource) -> Iterator[Finding]:
    path: Path = tuple(guard.path.split("."))
    was, now = dig(old.properties, path), dig(new.properties, path)
    if guard.rank(now) < guard.rank(was):
        change = f"{guard.rule.replace('-', ' ')} weakened: `{guard.path}` {shown(was, now)}"
        yield finding(old, Category.WEAKENED, guard.rule, change, *_covered(old.properties, new.properties, path))


def _covered(before: Json, after: Json, path: Path) -> Iterator[Path]:
    """Yield the innermost part of a path that both sides have, so that a parent's removal is accounted for too."""
    while len(path) > 1 and not (mapping(dig(before, path[:-1])) and mapping(dig(after, path[:-1]))):
        path = path[:-1]
    yield ("Properties", *path)
