import json

import pytest

from ops import cli
from ops.sample import SampleOptions, generate
from ops.sample.delivery import to_bucket
from schemas.registry import load_models
from schemas.run_index import run_id_of
from schemas.weeks import Week
from tests.ops.conftest import Deployed


@pytest.fixture
def keys(deployed: Deployed) -> list[str]:
    """Return the keys of a sample that is stored and indexed."""
    options = SampleOptions(weeks=(Week(2025, 45),), models=("m",), runs=1, turns=(1, 2), bad_keys=0.5)
    samples = generate(options, prices=load_models())
    put = list(to_bucket(samples, s3=deployed.s3, bucket=deployed.bucket))
    keys = [sample.key for sample in put if sample.expected_status]
    for key in keys:
        index(deployed, key)
    return keys


def index(deployed: Deployed, key: str) -> None:
    head = deployed.s3.head_object(Bucket=deployed.bucket, Key=key)
    deployed.index(run_id_of(key), key, head["VersionId"], head["ETag"].strip('"'))


def test_agreement_is_exit_0(keys: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["reconcile", "--json"]) == 0
    found = {"reconciled": True, "objects": 4, "items": 4, "differences": []}
    assert json.loads(capsys.readouterr().out) == found
    assert len(keys) == 4


def test_each_difference_is_exit_1_and_told_to_machines(
    deployed: Deployed, keys: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    stale, orphan, missing = keys[0], keys[1], "raw/missing.jsonl"
    newer = deployed.s3.put_object(Bucket=deployed.bucket, Key=stale, Body=b"newer")
    deployed.s3.delete_object(Bucket=deployed.bucket, Key=orphan)
    deployed.s3.put_object(Bucket=deployed.bucket, Key=missing, Body=b"")

    assert cli.main(["reconcile", "--json"]) == 1

    found = json.loads(capsys.readouterr().out)
    assert found["reconciled"] is False
    assert {(it["kind"], it["key"]) for it in found["differences"]} == {
        ("stale_item", stale),
        ("orphan_item", orphan),
        ("missing_item", missing),
    }
    (difference,) = [it for it in found["differences"] if it["key"] == stale]
    assert difference["stored"] == {"version_id": newer["VersionId"], "etag": newer["ETag"].strip('"')}
    assert difference["indexed"]["version_id"] != newer["VersionId"]


def test_people_get_a_table_of_differences(
    deployed: Deployed, keys: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.s3.put_object(Bucket=deployed.bucket, Key="raw/[missing].jsonl", Body=b"")
    assert cli.main(["reconcile"]) == 1
    out = capsys.readouterr().out
    assert "missing_item" in out
    assert "raw/[missing].jsonl" in out
    assert len(keys) == 4


def test_missing_bucket_is_exit_2(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.s3.delete_bucket(Bucket=deployed.bucket)
    assert cli.main(["reconcile"]) == 2
    out, err = capsys.readouterr()
    assert err.startswith("ops reconcile: AWS refused ListObjectVersions: NoSuchBucket")
    assert err.count("\n") == 1
    assert out == ""
