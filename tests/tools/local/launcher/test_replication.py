import pytest
from botocore.exceptions import ParamValidationError

from tools.local.launcher.replication import replication

RULE = {
    "Id": "config",
    "Priority": 1,
    "Status": "Enabled",
    "Filter": {"Prefix": "config/"},
    "DeleteMarkerReplication": {"Status": "Disabled"},
    "Destination": {
        "Bucket": "arn:aws:s3:::replica",
        "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
    },
}


def test_body_carries_every_part_of_a_rule() -> None:
    body = replication("arn:role", [RULE]).decode()
    for part in ("<Role>arn:role</Role>", "<ID>config</ID>", "<Priority>1</Priority>", "<Minutes>15</Minutes>"):
        assert part in body


def test_a_property_that_s3_does_not_take_fails_instead_of_being_dropped() -> None:
    with pytest.raises(ParamValidationError, match="Unknown"):
        replication("arn:role", [{**RULE, "Unknown": 1}])
