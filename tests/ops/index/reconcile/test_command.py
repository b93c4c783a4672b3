import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from lambdas.reconcile_daily import days as lake_days
from lambdas.reconcile_daily.compare import State
from lambdas.reconcile_daily.second_look import SecondLook
from ops import cli
from ops.aws import Aws
from ops.index.reconcile import command as reconcile
from ops.sample import SampleOptions, generate
from ops.sample.delivery import to_bucket
from schemas.keys.grammar import CuratedFile, Phase
from schemas.keys.layout import CuratedKey, RawKey
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from schemas.run_index import run_id_of
from tests.lake.test_results import SUMMARY, SUMMARY_KEY
from tests.ops.conftest import Deployed
from tests.ops.functions import CurateWeek, FakeLambda, IndexRun

WEEK = Week(2025, 45)
MISSING = "raw/[missing] é+.jsonl"


@dataclass(frozen=True)
class Lake:
    """A sample that is stored, indexed and curated, and the functions that did it."""

    deployed: Deployed
    keys: list[str]
    index_run: IndexRun
    curate_week: CurateWeek
    client: FakeLambda

    def put(self, key: str, body: bytes = b"") -> str:
        return self.deployed.s3.put_object(Bucket=self.deployed.bucket, Key=key, Body=body)["VersionId"]

    def delete(self, key: str) -> None:
        self.deployed.s3.delete_object(Bucket=self.deployed.bucket, Key=key)

    def items(self) -> list[tuple[str, str]]:
        items = self.deployed.dynamodb.scan(TableName=self.deployed.table)["Items"]
        return sorted((item["run_id"]["S"], item["object_key"]["S"]) for item in items)


@pytest.fixture
def lake(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Lake:
    index_run, curate_week = IndexRun(deployed), CurateWeek(deployed)
    client = FakeLambda({deployed.index_run: index_run, deployed.curate_week: curate_week})
    monkeypatch.setattr(Aws, "_lambda", lambda _: client)
    monkeypatch.setattr(Aws, "_repeatable_lambda", lambda _: client)
    # Everything here is new.
    monkeypatch.setattr(reconcile, "SETTLING", timedelta(0))
    options = SampleOptions(weeks=(WEEK,), models=("m",), runs=1, turns=(1, 2), bad_keys=0.5)
    samples = generate(options, prices=load_models())
    put = list(to_bucket(samples, s3=deployed.s3, bucket=deployed.bucket))
    keys = [sample.key for sample in put if sample.expected_status]
    assert cli.main(["reindex", "--json"]) == 0
    curate_week.curate(WEEK)
    client.invoked.clear()
    return Lake(deployed, keys, index_run, curate_week, client)


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int) -> dict[str, object]:
    capsys.readouterr()
    assert cli.main(["reconcile", "--json", *arguments]) == code
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_agreement_is_exit_0(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, code=0) == {
        "reconciled": True,
        "objects": 4,
        "items": 4,
        "under_way": 0,
        "counts": {},
        "differences": [],
        "runs_in_two_weeks": [],
        "runs_in_two_cells": [],
        "curated": {"2025-W45": "current"},
        "invalid_summaries": {},
        "repaired": None,
    }
    assert len(lake.keys) == 4
    assert lake.client.invoked == []


def test_an_invalid_summary_is_exit_1_and_named_with_its_reason(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    key = SUMMARY_KEY
    lake.put(key, json.dumps(SUMMARY, indent=2).encode())
    found = run(capsys, code=1)
    assert found["reconciled"] is False
    assert found["invalid_summaries"] == {key: "multi_line: 12 lines: expected one line of JSON"}
    assert run(capsys, "--since", "2025-W46", code=0)["invalid_summaries"] == {}
    assert run(capsys, "--since", "2025-W45", "--until", "2025-W45", code=1)["invalid_summaries"]
    cli.main(["reconcile"])
    assert "multi_line" in capsys.readouterr().out


def test_a_range_of_days_is_read_without_a_scan_of_the_table(
    lake: Lake, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = {it for it in damage(lake) if it[1] != MISSING}
    monkeypatch.setattr(lake_days, "scanned_items", None)
    differences = run(capsys, "--since", "2025-W45", "--until", "2025-W45", code=1)["differences"]
    assert isinstance(differences, list)
    assert {(it["kind"], it["key"]) for it in differences} == expected


def damage(lake: Lake) -> set[tuple[str, str]]:
    """Make one difference of each kind, and return kinds and keys."""
    stale, orphan, misplaced = lake.keys[:3]
    lake.put(stale, b"newer")
    lake.delete(orphan)
    lake.put(MISSING)
    lake.deployed.index("another run", misplaced, "v", "e")
    return {
        ("stale_item", stale),
        ("orphan_item", orphan),
        ("missing_item", MISSING),
        ("misplaced_item", misplaced),
    }


def test_each_difference_is_exit_1_and_in_json(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    expected = damage(lake)
    found = run(capsys, code=1)
    assert found["reconciled"] is False
    differences = found["differences"]
    assert isinstance(differences, list)
    assert {(it["kind"], it["key"]) for it in differences} == expected
    assert found["counts"] == dict.fromkeys((kind for kind, _ in expected), 1)
    [stale] = [it for it in differences if it["kind"] == "stale_item"]
    head = lake.deployed.s3.head_object(Bucket=lake.deployed.bucket, Key=stale["key"])
    assert stale["stored"] == {"version_id": head["VersionId"], "etag": head["ETag"].strip('"')}
    assert stale["indexed"]["version_id"] != head["VersionId"]
    assert lake.client.invoked == []


def test_people_get_a_table_of_differences_and_what_a_repair_would_do(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(lake)
    assert cli.main(["reconcile"]) == 1
    out, err = capsys.readouterr()
    assert "missing" in out
    assert MISSING in out
    assert "2025-W45" in out
    assert err == "--repair would do this: 2 items written, 2 items removed, 1 weeks curated\n"


def test_repair_leaves_nothing_to_repair(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    damage(lake)
    found = run(capsys, "--repair", code=0)
    assert found["reconciled"] is True
    assert found["repaired"] == {
        "differences": 4,
        "left": [],
        "failures": {},
        "curated": {"2025-W45": "current"},
        "curation_failures": {},
    }
    stored = [*lake.keys[:1], *lake.keys[2:], MISSING]
    assert lake.items() == sorted((run_id_of(key), key) for key in stored)
    assert run(capsys, code=0)["objects"] == 4


def test_repair_of_what_agrees_does_nothing(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    before = lake.items()
    assert cli.main(["reconcile", "--repair"]) == 0
    assert lake.items() == before
    assert lake.client.invoked == []
    assert "Repaired" in capsys.readouterr().out


def test_what_could_not_be_repaired_is_exit_1_with_its_reason(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    damage(lake)
    lake.index_run.poisoned.add(MISSING)
    lake.curate_week.refused.add(str(WEEK))
    found = run(capsys, "--repair", code=1)
    repaired = found["repaired"]
    assert isinstance(repaired, dict)
    assert repaired["differences"] == 3
    assert [it["key"] for it in repaired["left"]] == [MISSING]
    assert repaired["failures"] == {MISSING: "ConnectionError: poisoned"}
    assert repaired["curation_failures"] == {"2025-W45": "2025-W45: too large"}
    assert cli.main(["reconcile", "--repair"]) == 1
    assert "too large" in capsys.readouterr().out


def test_a_misplaced_item_that_changed_since_it_was_seen_stays(
    lake: Lake, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.deployed.index("another run", lake.keys[0], "v", "e")
    delete_item = lake.deployed.dynamodb.delete_item

    def late(_: Aws) -> object:
        class Client:
            exceptions = lake.deployed.dynamodb.exceptions

            def __getattr__(self, name: str) -> object:
                return getattr(lake.deployed.dynamodb, name)

            def delete_item(self, **request: object) -> object:
                lake.deployed.index("another run", lake.keys[0], "newer", "e")
                return delete_item(**request)  # type: ignore[arg-type] # as it came

        return Client()

    monkeypatch.setattr(Aws, "_dynamodb", late)
    found = run(capsys, "--repair", code=1)
    repaired = found["repaired"]
    assert isinstance(repaired, dict)
    assert [it["indexed"]["version_id"] for it in repaired["left"]] == ["newer"]


def test_new_objects_are_given_time(
    lake: Lake, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "SETTLING", timedelta(minutes=5))
    lake.put(MISSING)
    found = run(capsys, "--prefix", "raw/[", code=0)
    assert (found["under_way"], found["differences"]) == (1, [])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--since", "2025-W46"], {}),
        (["--until", "2025-W45"], {"2025-W45": "stale"}),
        ([], {"2025-W44": "without_runs", "2025-W45": "stale"}),
    ],
)
def test_weeks_of_the_range_are_looked_at_and_without_one_all_that_are_published(
    lake: Lake, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], expected: dict[str, str]
) -> None:
    # moto leaves out the first key after a marker: here one that is never indexed.
    lake.put("raw/dt=2025-11-10/note.txt")
    key = next(key for key in lake.keys if "dt=2025-11" in key and run_id_of(key)[0] != "!")
    lake.put(key, b"newer")
    lake.index_run({"Records": [{"s3": {"object": {"key": key}}}]})
    lake.put(str(CuratedKey(Week(2025, 44), CuratedFile.TURNS)))
    assert run(capsys, *arguments, code=1 if expected else 0)["curated"] == expected


def test_weeks_that_are_not_due_are_not_looked_at(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    today = datetime.now(UTC).date()
    key = f"raw/dt={today}/model=m/phase=P0/01HQVZ3K9X1234567890ABCDEF.jsonl"
    lake.put(key)
    lake.index_run({"Records": [{"s3": {"object": {"key": key}}}]})
    assert run(capsys, code=0)["curated"] == {"2025-W45": "current"}


def test_missing_bucket_is_exit_2(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.s3.delete_bucket(Bucket=deployed.bucket)
    assert cli.main(["reconcile"]) == 2
    out, err = capsys.readouterr()
    assert err.startswith("ops reconcile: AWS refused ListObjectsV2: NoSuchBucket")
    assert err.count("\n") == 1
    assert out == ""


def test_a_week_that_cannot_be_looked_at_is_a_difference_and_the_others_are_compared(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    key = str(CuratedKey(WEEK, CuratedFile.WEEKLY_SUMMARY))
    head = lake.deployed.s3.head_object(Bucket=lake.deployed.bucket, Key=key)
    lake.deployed.s3.put_object(Bucket=lake.deployed.bucket, Key=key, Body=b"x", Metadata=head["Metadata"])
    after = str(RawKey(WEEK.shift(1).days()[0], "m", Phase.P0, "01JBX000000000000000000000"))
    lake.put(after)
    assert cli.main(["reindex", "--json"]) == 0
    capsys.readouterr()
    assert cli.main(["reconcile", "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["curated"] == {"2025-W45": "current", "2025-W46": "unreadable"}
    assert err.startswith(f"ops reconcile: 2025-W46: {key}: ")
    assert "run `ops curate 2025-W45 --force`" in err


def test_what_aws_refuses_of_one_key_keeps_no_other_from_being_compared(
    lake: Lake, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = damage(lake)
    look = SecondLook.__call__

    def refuse(self: SecondLook, state: State) -> State:
        if state.key == MISSING:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "x"}}, "HeadObject")
        return look(self, state)

    monkeypatch.setattr(SecondLook, "__call__", refuse)
    assert cli.main(["reconcile", "--json"]) == 1
    out, err = capsys.readouterr()
    assert {(it["kind"], it["key"]) for it in json.loads(out)["differences"]} == expected
    assert err.startswith(f"ops reconcile: {MISSING}: AWS refused HeadObject: AccessDenied: x\n")


def test_an_archived_object_is_left_with_what_to_do_and_the_others_are_repaired(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(lake)
    lake.deployed.s3.put_object(Bucket=lake.deployed.bucket, Key=MISSING, StorageClass="DEEP_ARCHIVE")
    repaired = run(capsys, "--repair", code=1)["repaired"]
    assert isinstance(repaired, dict)
    assert repaired["differences"] == 3
    assert [it["key"] for it in repaired["left"]] == [MISSING]
    assert [*repaired["failures"]] == [MISSING]
    assert repaired["failures"][MISSING].startswith(
        "archived: wait up to 48 hours after this, then run it again: aws s3api restore-object --region us-east-1"
    )
