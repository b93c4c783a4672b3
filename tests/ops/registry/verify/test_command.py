"""`ops verify` as a shell sees it."""

import json

import boto3
import pytest

from ops import cli
from schemas.keys.layout import MODELS_KEY
from schemas.names import PRIMARY_REGION, Names, Output, Part
from schemas.registry.models_file import load_models
from tests.ops.conftest import Deployed, Regions


@pytest.fixture
def published(deployed: Deployed, regions: Regions, capsys: pytest.CaptureFixture[str]) -> Deployed:
    """A lake whose registry is published, and whose catalog sees every model."""
    regions[PRIMARY_REGION].stacks[Names().stack(Part.CATALOG)] = {Output.DATABASE: "lake"}
    glue = boto3.client("glue", region_name=PRIMARY_REGION)
    glue.create_database(DatabaseInput={"Name": "lake"})
    values = {"projection.model.values": ",".join(load_models())}
    glue.create_table(DatabaseName="lake", TableInput={"Name": "turns", "Parameters": values})
    glue.create_table(DatabaseName="lake", TableInput={"Name": "scores"})
    assert cli.main(["publish", "--all", "config/"]) == 0
    capsys.readouterr()
    return deployed


def test_what_was_published_is_verified(published: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["verified"], told["objects"]) == (True, {"primary": 6, "replica": 6})
    assert (told["differences"], told["repaired"], told["policy"]) == ([], [], [])
    assert published.s3.list_objects_v2(Bucket=published.bucket)["KeyCount"] == 6


def test_a_difference_is_exit_1_and_a_table(published: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    published.s3_replica.delete_object(Bucket=published.replica, Key=MODELS_KEY)
    published.s3.put_object(
        Bucket=published.bucket, Key="manifests/manifest_20251105_a7f3e9c2.json", Body=b"[markup]"
    )
    assert cli.main(["verify"]) == 1
    out = capsys.readouterr().out
    assert "missing_in_replica" in out
    assert "invalid_object" in out
    assert out.rstrip().splitlines()[-2].endswith("no       │")


def test_repair_leaves_what_was_written_once_and_differs(
    published: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    rubric, prompt = (
        published.s3.list_objects_v2(Bucket=published.bucket, Prefix=prefix)["Contents"][0]["Key"]
        for prefix in ("config/rubrics/", "config/prompts/system/")
    )
    published.s3_replica.delete_object(Bucket=published.replica, Key=rubric)
    published.s3_replica.put_object(Bucket=published.replica, Key=MODELS_KEY, Body=b"[]")
    published.s3_replica.put_object(Bucket=published.replica, Key=prompt, Body=b"tampered")
    assert cli.main(["verify", "--repair", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["repaired"] == [MODELS_KEY, rubric]
    assert {it["key"] for it in told["differences"]} == {prompt}


def test_repair_brings_back_everything_that_is_only_missing(
    published: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    for found in published.s3_replica.list_objects_v2(Bucket=published.replica)["Contents"]:
        published.s3_replica.delete_object(Bucket=published.replica, Key=found["Key"])
    assert cli.main(["verify", "--repair", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verified"]
    assert len(told["repaired"]) == 6


def test_a_policy_that_lets_writes_through_is_exit_1(published: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", "--policy", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert {(it["region"], it["answer"]) for it in told["policy"]} == {
        ("us-east-1", "let through"),
        ("us-west-2", "let through"),
    }
    assert cli.main(["verify", "--policy"]) == 1
    assert "What the buckets must refuse" in capsys.readouterr().out
    assert published.s3.list_objects_v2(Bucket=published.bucket)["KeyCount"] == 6


def test_policy_without_a_registry_is_one_line(published: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    rubric = published.s3.list_objects_v2(Bucket=published.bucket, Prefix="config/rubrics/")["Contents"][0]["Key"]
    published.s3.delete_object(Bucket=published.bucket, Key=rubric)
    assert cli.main(["verify", "--policy"]) == 2
    line = "ops verify: --policy: no rubric in us-east-1 to try it on: publish the registry first\n"
    assert capsys.readouterr().err == line
