from collections.abc import Callable

import pytest

from tools.local.launcher import s3_requests


def test_lifecycle_body_carries_every_part_of_a_rule() -> None:
    rule = {
        "Id": "ArchiveRawTurns",
        "Status": "Enabled",
        "Prefix": "raw/",
        "Transitions": [{"StorageClass": "DEEP_ARCHIVE", "TransitionInDays": 365}],
        "ExpiredObjectDeleteMarker": True,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    body = s3_requests.lifecycle({"Rules": [rule]}).decode()
    for part in (
        "<ID>ArchiveRawTurns</ID>",
        "<Filter><Prefix>raw/</Prefix></Filter>",
        "<Days>365</Days>",
        "<StorageClass>DEEP_ARCHIVE</StorageClass>",
        "<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>",
        "<NoncurrentDays>30</NoncurrentDays>",
        "<DaysAfterInitiation>7</DaysAfterInitiation>",
    ):
        assert part in body


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, "<Filter><Prefix /></Filter>"),
        ({"ObjectSizeGreaterThan": 5}, "<Filter><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></Filter>"),
        ({"TagFilters": [{"Key": "a", "Value": "b"}]}, "<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>"),
        ({"Prefix": "p", "ObjectSizeGreaterThan": 5}, "<Filter><And><Prefix>p</Prefix>"),
    ],
)
def test_lifecycle_filter_takes_the_form_that_s3_asks_for(conditions: dict[str, object], expected: str) -> None:
    assert expected in s3_requests.lifecycle({"Rules": [{"Status": "Enabled", **conditions}]}).decode()


def test_replication_body_carries_every_part_of_a_rule() -> None:
    minutes = {"Status": "Enabled", "Time": {"Minutes": 15}}
    rule = {
        "Id": "config",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {"Prefix": "config/"},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": "arn:aws:s3:::replica", "ReplicationTime": minutes},
    }
    body = s3_requests.replication({"Role": "arn:role", "Rules": [rule]}).decode()
    for part in ("<Role>arn:role</Role>", "<ID>config</ID>", "<Priority>1</Priority>", "<Minutes>15</Minutes>"):
        assert part in body


def test_encryption_body_names_the_algorithm() -> None:
    rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    body = s3_requests.encryption({"ServerSideEncryptionConfiguration": [rule]}).decode()
    assert "<SSEAlgorithm>AES256</SSEAlgorithm>" in body


@pytest.mark.parametrize(
    ("request_body", "properties"),
    [
        (s3_requests.lifecycle, {"Rules": [{"Status": "Enabled", "Unheard": 1}]}),
        (s3_requests.lifecycle, {"Rules": [{"Status": "Enabled", "Transitions": [{"Unheard": 1}]}]}),
        (s3_requests.lifecycle, {"Rules": "none"}),
        (s3_requests.encryption, {"ServerSideEncryptionConfiguration": [{"Unheard": 1}]}),
    ],
)
def test_a_property_without_an_s3_request_fails_instead_of_being_dropped(
    request_body: Callable[[dict[str, object]], bytes], properties: dict[str, object]
) -> None:
    with pytest.raises(s3_requests.UnknownPropertyError):
        request_body(properties)
