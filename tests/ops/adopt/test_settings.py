"""Rules made by hand are compared with the template's by what they say; ids and order mean nothing."""

import json
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, cast

import pytest

from ops.adopt.settings import SETTINGS, differences
from ops.adopt.wanted import BUCKET, Json, Wanted
from schemas.names import Names, Part

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAMES: Final = Names("x")
REPLICA: Final = "arn:aws:s3:::socratic-bench-111122223333-x-us-west-2"
# A rule as a template has it, and as S3 answers.
ARCHIVES: Final = (
    {
        "Id": "ArchiveScores",
        "Prefix": "scores/",
        "Status": "Enabled",
        "ExpirationInDays": 365,
        "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 180}],
    },
    {
        "ID": "by hand",
        "Filter": {"Prefix": "scores/"},
        "Status": "Enabled",
        "Expiration": {"Days": 365},
        "Transitions": [{"Days": 180, "StorageClass": "GLACIER"}],
    },
)
NONCURRENT: Final = (
    {
        "Id": "ExpireNoncurrentRaw",
        "Prefix": "raw/",
        "Status": "Enabled",
        "ExpiredObjectDeleteMarker": True,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
    },
    {
        "ID": "x",
        "Prefix": "raw/",
        "Status": "Enabled",
        "Expiration": {"ExpiredObjectDeleteMarker": True},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
    },
)
UPLOADS: Final = (
    {"Id": "Abort", "Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    {
        "ID": "y",
        "Filter": {"Prefix": ""},
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    },
)


def copies(bucket: str, **more: object) -> Json:
    """Return a rule of replication, which S3 and templates write alike but for the id."""
    return {
        "Filter": {"Prefix": "config/"},
        "Status": "Enabled",
        "Priority": 1,
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": bucket},
        **more,
    }


def _answer(found: Json, **_: str) -> Json:
    return found


def compared(name: str, *, template: Json, answer: Json) -> tuple[str, str] | None:
    """Return what a bucket has and a template lacks of a setting, and the other way round; None where neither."""
    answers: dict[str, Json] = {setting.operation: {} for setting in SETTINGS}
    (operation,) = (setting.operation for setting in SETTINGS if setting.name == name)
    answers[operation] = answer
    s3 = SimpleNamespace(**{name: partial(_answer, found) for name, found in answers.items()})
    found = differences(cast("S3Client", s3), "lake", template)
    return next(((it.found, it.template) for it in found if it.setting == name), None)


def lifecycle(template: list[Json], answer: list[Json]) -> tuple[str, str] | None:
    return compared("lifecycle", template={"LifecycleConfiguration": {"Rules": template}}, answer={"Rules": answer})


def test_rules_that_say_the_same_do_not_differ() -> None:
    pairs = (ARCHIVES, NONCURRENT, UPLOADS)
    assert lifecycle([template for template, _ in pairs], [answer for _, answer in reversed(pairs)]) is None


@pytest.mark.parametrize(
    "change",
    [
        {"Status": "Disabled"},
        {"Filter": {"Prefix": "raw/"}},
        {"Filter": {"And": {"Prefix": "scores/", "ObjectSizeGreaterThan": 1}}},
        {"Expiration": {"Days": 36}},
        {"Transitions": [{"Days": 18, "StorageClass": "GLACIER"}]},
        {"Transitions": [{"Days": 180, "StorageClass": "DEEP_ARCHIVE"}]},
        {"NoncurrentVersionExpiration": {"NoncurrentDays": 30}},
    ],
    ids=str,
)
def test_a_rule_with_the_templates_id_that_says_something_else_differs(change: Json) -> None:
    template, answer = ARCHIVES
    found = lifecycle([template, NONCURRENT[0]], [{**answer, "ID": template["Id"], **change}, NONCURRENT[1]])
    assert found is not None
    # Only the rule that differs is shown.
    assert ["scores/" in found[1], "NoncurrentDays" in found[1]] == [True, False]
    assert found[0] != found[1]


def test_a_rule_that_is_missing_or_added_differs() -> None:
    template, answer = UPLOADS
    rule = {
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        "Filter": {"Prefix": ""},
        "Status": "Enabled",
    }
    assert lifecycle([template], []) == ("none", json.dumps(rule))
    assert lifecycle([], [answer]) == (json.dumps(rule), "none")


@pytest.mark.parametrize(
    ("answer", "same"),
    [
        (copies(REPLICA, ID="by hand"), True),
        (copies("arn:aws:s3:::elsewhere", ID="ReplicateConfig"), False),
        (copies(REPLICA, DeleteMarkerReplication={"Status": "Enabled"}), False),
        (copies(REPLICA, Filter={"Prefix": ""}), False),
    ],
    ids=str,
)
def test_replication_is_compared_by_what_is_copied_where(answer: Json, *, same: bool) -> None:
    template = {"ReplicationConfiguration": {"Rules": [copies(REPLICA, Id="ReplicateConfig")]}}
    found = compared("replication", template=template, answer={"ReplicationConfiguration": {"Rules": [answer]}})
    assert (found is None) == same


def test_the_template_names_the_buckets_of_the_account_and_the_stage() -> None:
    template = Wanted.read(Part.STORAGE, BUCKET, names=NAMES, account="111122223333").properties
    assert template["BucketName"] == NAMES.bucket("111122223333")
    rules = cast("Json", template["ReplicationConfiguration"])["Rules"]
    destinations = {cast("Json", rule["Destination"])["Bucket"] for rule in cast("list[Json]", rules)}
    assert destinations == {f"arn:aws:s3:::{NAMES.replica_bucket('111122223333')}"}
