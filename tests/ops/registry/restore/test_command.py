"""`ops restore` and `ops undelete` as a shell sees them."""

import json

import pytest

from ops import cli
from schemas.keys.layout import MODELS_KEY
from tests.ops.conftest import Deployed


@pytest.fixture
def lost(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> Deployed:
    """A lake whose registry was published, and whose primary bucket lost it; the replica has a run as well."""
    assert cli.main(["publish", "--all", "config/"]) == 0
    capsys.readouterr()
    for found in deployed.s3.list_object_versions(Bucket=deployed.bucket)["Versions"]:
        deployed.s3.delete_object(Bucket=deployed.bucket, Key=found["Key"], VersionId=found["VersionId"])
    deployed.s3_replica.put_object(Bucket=deployed.replica, Key="raw/run.jsonl", Body=b"1")
    return deployed


def keys(deployed: Deployed) -> set[str]:
    return {it["Key"] for it in deployed.s3.list_objects_v2(Bucket=deployed.bucket).get("Contents", [])}


def test_a_dry_run_says_what_is_missing_and_restores_nothing(
    lost: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["restore", "--dry-run", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["objects"]["config/"]["missing"] == 6
    assert len(told["not_restored"]) == 6
    assert keys(lost) == set()


def test_what_was_lost_is_restored_and_raw_objects_only_when_asked(
    lost: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["restore", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["objects"]["config/"]["restored"] == 6
    assert told["not_restored"] == []
    assert len(keys(lost)) == 6
    assert cli.main(["restore", "--raw"]) == 0
    assert "raw/run.jsonl" in keys(lost)
    assert "already there" in capsys.readouterr().out


def test_what_is_not_restored_is_exit_1_and_a_table(lost: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    lost.s3_replica.put_object(Bucket=lost.replica, Key=MODELS_KEY, Body=b"[]")
    assert cli.main(["restore"]) == 1
    out = capsys.readouterr().out
    assert "invalid in the replica" in out
    assert MODELS_KEY in out


def test_a_deleted_object_is_listed_and_brought_back(lost: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    version = lost.s3.put_object(Bucket=lost.bucket, Key="raw/run.jsonl", Body=b"1")["VersionId"]
    lost.s3.delete_object(Bucket=lost.bucket, Key="raw/run.jsonl")
    assert cli.main(["undelete", "raw/run.jsonl"]) == 0
    out = capsys.readouterr().out
    assert version in out
    assert "deleted" in out
    assert cli.main(["undelete", "raw/run.jsonl", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["versions"][1]["version_id"] == version
    for written in (True, False):
        assert cli.main(["undelete", "raw/run.jsonl", "--version", version, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert told == {"key": "raw/run.jsonl", "version": version, "written": written}
    assert keys(lost) == {"raw/run.jsonl"}


def test_models_are_brought_back_after_their_changes_were_shown(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["publish", "--all", "config/"]) == 0
    found = deployed.s3.get_object(Bucket=deployed.bucket, Key=MODELS_KEY)
    before = found["Body"].read()
    changed = before.replace(b"15.0", b"12.0", 1)
    deployed.s3.put_object(Bucket=deployed.bucket, Key=MODELS_KEY, Body=changed)
    capsys.readouterr()
    assert cli.main(["undelete", MODELS_KEY, "--version", found["VersionId"]]) == 1
    out, err = capsys.readouterr()
    assert "cost_per_1m_completion" in out
    assert err == "ops undelete: config/models.json: differs from the one in us-east-1, --overwrite it\n"
    assert cli.main(["undelete", MODELS_KEY, "--version", found["VersionId"], "--overwrite"]) == 0
    assert "brought back" in capsys.readouterr().out
    assert deployed.s3.get_object(Bucket=deployed.bucket, Key=MODELS_KEY)["Body"].read() == before


@pytest.mark.usefixtures("deployed")
def test_a_version_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["undelete", "raw/run.jsonl", "--version", "x"]) == 2
    line = "ops undelete: raw/run.jsonl: no content in version x: expected one of nothing\n"
    assert capsys.readouterr().err == line
    assert cli.main(["undelete", "raw/run.jsonl"]) == 1
