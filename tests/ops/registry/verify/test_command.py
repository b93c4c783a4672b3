"""`ops verify` as a shell sees it."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from ops import cli
from ops.registry.store import Store, Stored
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
    printed = json.loads(capsys.readouterr().out)
    assert (printed["verified"], printed["objects"]) == (True, {"primary": 6, "replica": 6})
    assert (printed["differences"], printed["repaired"], printed["policy"]) == ([], [], [])
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
    printed = json.loads(capsys.readouterr().out)
    assert printed["repaired"] == [MODELS_KEY, rubric]
    assert {it["key"] for it in printed["differences"]} == {prompt}


def test_repair_brings_back_everything_that_is_only_missing(
    published: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    for found in published.s3_replica.list_objects_v2(Bucket=published.replica)["Contents"]:
        published.s3_replica.delete_object(Bucket=published.replica, Key=found["Key"])
    assert cli.main(["verify", "--repair", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["verified"]
    assert len(printed["repaired"]) == 6


def test_a_policy_that_lets_writes_through_is_exit_1(published: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", "--policy", "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert {(it["region"], it["answer"]) for it in printed["policy"]} == {
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


def test_an_object_that_cannot_be_read_is_a_difference_and_the_others_are_verified(
    published: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Store.read

    def refuse(store: Store, key: str) -> Stored | None:
        if key == MODELS_KEY and store.region == "us-west-2":
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "x"}}, "GetObject")
        return read(store, key)

    published.s3_replica.delete_object(Bucket=published.replica, Key=rubric(published))
    monkeypatch.setattr(Store, "read", refuse)
    assert cli.main(["verify", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["differences"]
    assert [(it["kind"], it["key"]) for it in found] == [
        ("unreadable", MODELS_KEY),
        ("missing_in_replica", rubric(published)),
    ]
    assert found[0]["detail"] == "AWS refused GetObject: AccessDenied: x"


def test_a_repair_that_fails_is_named_and_the_others_are_done(
    published: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Store.put

    def refuse(store: Store, key: str, content: bytes, *, over: str | None) -> bool:
        if key == MODELS_KEY:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "x"}}, "PutObject")
        return put(store, key, content, over=over)

    for key in (rubric(published), MODELS_KEY):
        published.s3_replica.delete_object(Bucket=published.replica, Key=key)
    monkeypatch.setattr(Store, "put", refuse)
    assert cli.main(["verify", "--repair", "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["repaired"] == [rubric(published)]
    assert err == f"ops verify: {MODELS_KEY}: not copied: AWS refused PutObject: AccessDenied: x\n"


def rubric(lake: Deployed) -> str:
    return lake.s3.list_objects_v2(Bucket=lake.bucket, Prefix="config/rubrics/")["Contents"][0]["Key"]
