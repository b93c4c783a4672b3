"""`ops restore` and `ops undelete` as a shell sees them."""

import json

import pytest
from botocore.exceptions import ClientError

from ops import cli
from ops.aws import Aws
from schemas.keys.layout import MODELS_KEY
from schemas.names import PRIMARY_REGION, REPLICA_REGION
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
    printed = json.loads(capsys.readouterr().out)
    assert printed["objects"]["config/"]["missing"] == 6
    assert len(printed["not_restored"]) == 6
    assert keys(lost) == set()


def test_what_was_lost_is_restored_and_raw_objects_only_when_asked(
    lost: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["restore", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["objects"]["config/"]["restored"] == 6
    assert printed["not_restored"] == []
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


def test_archived_runs_keep_no_others_from_being_restored(lost: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"raw/dt=2025-11-{day:02}/run {day}-{number}.jsonl" for day in range(1, 11) for number in range(10)]
    archived, readable = names[:50], names[50:]
    for key in names:
        storage = "DEEP_ARCHIVE" if key in archived else "STANDARD"
        lost.s3_replica.put_object(Bucket=lost.replica, Key=key, Body=key.encode(), StorageClass=storage)  # type: ignore[arg-type]
    for command in (["restore", "--raw", "--dry-run"], ["restore", "--raw"], ["restore", "--raw"]):
        assert cli.main([*command, "--json"]) == 1
        out, err = capsys.readouterr()
        printed = json.loads(out)
        left = {it["key"]: it for it in printed["not_restored"] if it["state"] == "archived"}
        assert [*left] == archived
        assert left[archived[0]]["command"] == (
            "aws s3api restore-object --region us-west-2 --bucket lake-replica "
            f"--key '{archived[0]}' --restore-request 'Days=7,GlacierJobParameters={{Tier=Bulk}}'"
        )
        assert err == ""
    assert {key for key in keys(lost) if "/run " in key} == {*readable}
    assert cli.main(["restore", "--raw"]) == 1
    out, err = capsys.readouterr()
    assert out.count("archived in the replica") == 51
    assert err.startswith(
        "ops restore: archived: 50: run these, wait up to 48 hours, and run this again:\naws s3api "
    )
    assert err.count("aws s3api restore-object") == 50


def test_one_object_that_fails_is_named_and_the_others_are_restored(
    lost: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    get = lost.s3_replica.get_object
    client = lost.s3_replica

    def refuse(*, Bucket: str, Key: str) -> object:  # noqa: N803 (boto3's names)
        if Key == MODELS_KEY:
            raise ClientError({"Error": {"Code": "InternalError", "Message": "x"}}, "GetObject")
        return get(Bucket=Bucket, Key=Key)

    monkeypatch.setattr(client, "get_object", refuse)
    monkeypatch.setattr(Aws, "_s3", lambda _, region=PRIMARY_REGION: client if region == REPLICA_REGION else lost.s3)
    assert cli.main(["restore", "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert [(it["key"], it["state"], it["why"]) for it in printed["not_restored"]] == [
        (MODELS_KEY, "failed", "AWS refused GetObject: InternalError: x")
    ]
    assert len(keys(lost)) == 5


def test_expired_credentials_end_the_restoration_after_what_was_done_is_shown(
    lost: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> object:
        raise ClientError({"Error": {"Code": "ExpiredToken", "Message": "x"}}, "PutObject")

    monkeypatch.setattr(lost.s3, "put_object", refuse)
    monkeypatch.setattr(
        Aws, "_s3", lambda _, region=PRIMARY_REGION: lost.s3_replica if region == REPLICA_REGION else lost.s3
    )
    assert cli.main(["restore", "--json"]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["objects"]["config/"]["restored"] == 0
    assert err == "ops restore: AWS refused PutObject: ExpiredToken: x; run this again, it goes on from here\n"


def test_an_archived_version_is_one_line_with_what_to_do(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    put = deployed.s3.put_object(Bucket=deployed.bucket, Key="raw/x.jsonl", Body=b"1", StorageClass="GLACIER")
    deployed.s3.put_object(Bucket=deployed.bucket, Key="raw/x.jsonl", Body=b"2")
    version = put["VersionId"]
    assert cli.main(["undelete", "raw/x.jsonl", "--version", version, "--overwrite"]) == 2
    err = capsys.readouterr().err
    assert err.startswith(
        "ops undelete: raw/x.jsonl: archived: wait up to 48 hours after this, then run it again: aws "
    )
    assert f"--version-id {version} " in err
    assert err.count("\n") == 1


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
        printed = json.loads(capsys.readouterr().out)
        assert printed == {"key": "raw/run.jsonl", "version": version, "written": written}
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
