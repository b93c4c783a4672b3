"""`ops erase` as a shell sees it."""

import json
from collections.abc import Callable, Mapping
from typing import cast

import pytest

from ops import cli
from ops.aws import Aws
from schemas.keys.layout import ERASURES_PREFIX
from schemas.registry.erasures import hashed, parse_erasure
from tests.ops.erase.lake import OTHER, RUN, TEXT, WEEK, Lake, body, raw_key, score_key
from tests.ops.functions import FakeLambda, IndexRun

CONFIRM = ("--confirm", "--reason", "Consent was withdrawn.")


class Machines:
    """Step Functions, where an execution has ended by the time that anybody asks."""

    def describe_execution(self, *, executionArn: str) -> dict[str, object]:  # noqa: N803 - as AWS spells it
        return {"executionArn": executionArn, "status": "SUCCEEDED"}


@pytest.fixture
def operated(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A lake whose functions are where the command finds them, with a run under a key and its summary."""
    functions: dict[str, Callable[[object], object]] = {
        lake.deployed.index_run: IndexRun(lake.deployed),
        lake.deployed.curate_week: lake.answer,
    }
    client = FakeLambda(functions)
    monkeypatch.setattr(Aws, "_lambda", lambda _: client)
    monkeypatch.setattr(Aws, "_repeatable_lambda", lambda _: client)
    monkeypatch.setattr(Aws, "_step_functions", lambda _: Machines())
    lake.put(raw_key(), body(RUN, "a", TEXT))
    lake.put(raw_key(OTHER), body(OTHER, "x"))
    lake.put(score_key(), b"{}")
    lake.curate(WEEK)
    lake.primary.put("exports/2025-11-05_x.csv", TEXT.encode(), over=None)
    return lake


def told(capsys: pytest.CaptureFixture[str]) -> Mapping[str, object]:
    return cast("Mapping[str, object]", json.loads(capsys.readouterr().out))


def rows(answer: Mapping[str, object], of: str) -> list[Mapping[str, object]]:
    return cast("list[Mapping[str, object]]", answer[of])


def test_a_dry_run_lists_every_place_and_changes_nothing(operated: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    before, items = operated.snapshot(), operated.items_in()
    assert cli.main(["erase", RUN, "--json"]) == 0
    answer = told(capsys)
    places = [(each["region"], each["key"]) for each in rows(answer, "objects")]
    assert places == [(region, key) for region in ("us-east-1", "us-west-2") for key in (raw_key(), score_key())]
    assert rows(answer, "items") == [{"run_id": RUN, "object_key": raw_key()}]
    (week,) = rows(answer, "weeks")
    assert (week["week"], week["becomes"]) == ("2025-W45", "curated again from 1 objects")
    left = {each["what"]: each["until"] for each in rows(answer, "left")}
    assert left["exports/2025-11-05_x.csv"] == "not by itself: look into it, and delete it"
    assert left["the index's point-in-time recovery (figures, no text)"] == "35 days"
    assert answer["record"] is None
    assert (operated.snapshot(), operated.items_in()) == (before, items)


def test_what_is_found_is_erased_recorded_and_not_found_again(
    operated: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["erase", RUN, *CONFIRM, "--json"]) == 0
    answer = told(capsys)
    assert answer["problems"] == []
    assert operated.holding(TEXT) == ["lake/exports/2025-11-05_x.csv"]
    (key,) = [listed.key for listed in operated.primary.listing(ERASURES_PREFIX)]
    assert answer["record"] == key
    stored = operated.replica.read(key)
    assert stored
    record = parse_erasure(stored.content, key)
    assert (record.runs, record.keys) == ([hashed(RUN)], sorted([hashed(raw_key()), hashed(score_key())]))
    assert (record.reason, record.weeks, record.versions) == ("Consent was withdrawn.", ["2025-W45"], 4)
    assert record.by.startswith("arn:aws:")
    assert RUN.encode() not in stored.content

    assert cli.main(["erase", RUN, *CONFIRM, "--json"]) == 0
    again = told(capsys)
    assert (again["objects"], again["record"]) == ([], None)
    assert again["erased_before"] == {RUN: record.erasure_id}
    assert len([*operated.primary.listing(ERASURES_PREFIX)]) == 1


def test_people_see_tables(operated: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["erase", RUN]) == 0
    shown = capsys.readouterr().out
    for text in ("Would be erased with --confirm", raw_key(), "week 2025-W45", "What stays", "SPICE"):
        assert text in shown
    assert cli.main(["erase", RUN, *CONFIRM]) == 0
    assert "Would be" not in capsys.readouterr().out
    assert cli.main(["erase", RUN]) == 0
    assert "Erased before" in capsys.readouterr().out
    assert operated.rows() == [(OTHER, 1)]


def test_a_turn_is_erased_by_key(operated: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    operated.put(raw_key(), body(RUN, "a", TEXT) + b"no line of JSON\n")
    assert cli.main(["erase", "--key", raw_key(), "--turn", "2"]) == 0
    captured = capsys.readouterr()
    assert "written without 1 lines" in captured.out
    assert "1 lines have no turn that can be read, and stay" in captured.err
    assert cli.main(["erase", "--key", raw_key(), "--turn", "2", *CONFIRM]) == 0
    assert operated.holding(TEXT) == ["lake/exports/2025-11-05_x.csv"]
    assert operated.rows() == [(RUN, 1), (OTHER, 1)]


def code_of(arguments: list[str]) -> object:
    try:
        return cli.main(["erase", *arguments])
    except SystemExit as ended:
        return ended.code


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([OTHER[:-1] + "X"], 1, "ops erase: 01HQVZ3K9X9876543210FEDCBX: unknown: no version in either Region"),
        (["x"], 2, "ops erase: run 'x': expected a ULID"),
        (["--key", "exports/x.csv"], 2, "ops erase: exports/x.csv: expected a key below raw/ or scores/"),
        (["--key", "config/models.json"], 2, "ops erase: config/models.json: it is written once, and no run"),
        ([RUN, "--turn", "0"], 2, "ops erase: argument --turn: '0': expected a turn's number, 1 to 200"),
        ([RUN, "--turn", "9"], 1, f"ops erase: {RUN}: no version has turn 9, and no record says that one was"),
        ([RUN, "--confirm"], 2, "ops erase: --confirm: expected --reason as well, for the record"),
        ([RUN, "--confirm", "--reason", " "], 2, "ops erase: argument --reason: expected 1 to 2,048 characters"),
        ([], 2, "ops erase: expected runs, or keys with --key"),
        ([RUN, "--recovery"], 2, "ops erase: --recovery: expected without it"),
    ],
)
@pytest.mark.usefixtures("operated")
def test_bad_input_is_one_line(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(arguments) == code
    captured = capsys.readouterr()
    assert captured.err.startswith(message)
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_week_with_archived_objects_is_refused_with_what_to_do(
    operated: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    operated.deployed.s3.put_object(
        Bucket=operated.deployed.bucket, Key=raw_key(OTHER), Body=b"x", StorageClass="DEEP_ARCHIVE"
    )
    before = operated.snapshot()
    assert cli.main(["erase", RUN, *CONFIRM]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == (
        "ops erase: nothing is erased: 2025-W45 could not be curated again: objects of it are archived"
    )
    assert lines[1].startswith("ops erase: archived: 1: run these")
    assert lines[2].startswith("aws s3api restore-object")
    assert operated.snapshot() == before


def test_an_archived_object_of_the_run_and_several_days_are_told(
    operated: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    archived = raw_key().replace("2025-11-05", "2025-11-06")
    operated.deployed.s3.put_object(
        Bucket=operated.deployed.bucket, Key=archived, Body=body(RUN, TEXT), StorageClass="DEEP_ARCHIVE"
    )
    assert cli.main(["erase", RUN, *CONFIRM]) == 0
    lines = capsys.readouterr().err.splitlines()
    days = "raw/dt=2025-11-05, raw/dt=2025-11-06"
    assert f"ops erase: it lies under 2 days, all of which are meant: {days}" in lines
    assert f"ops erase: {archived}: archived: it can be deleted without being restored" in lines
    assert operated.holding(RUN) == []


def test_what_is_written_again_meanwhile_is_told_and_no_record_is_written(
    operated: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    client = cast("FakeLambda", Aws()._lambda())
    curate = client.functions[operated.deployed.curate_week]

    def write_and_curate(event: object) -> object:
        if isinstance(event, dict) and not event["dry_run"]:
            operated.put(raw_key(), b"again")
        return curate(event)

    cast("dict[str, object]", client.functions)[operated.deployed.curate_week] = write_and_curate
    assert cli.main(["erase", RUN, *CONFIRM]) == 1
    assert f"ops erase: {raw_key()}: was written again in us-east-1 at " in capsys.readouterr().err
    assert [*operated.primary.listing(ERASURES_PREFIX)] == []
    cast("dict[str, object]", client.functions)[operated.deployed.curate_week] = curate
    assert cli.main(["erase", RUN, *CONFIRM]) == 0
    assert operated.holding(RUN) == []
