import gc
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings, strategies as st

from lake.scoring import read_turn
from lambdas.curate_week import engine
from lambdas.curate_week.counts import MismatchError
from lambdas.curate_week.engine import CuratedRuns
from lambdas.curate_week.inputs import Source
from lambdas.curate_week.run import curate_run
from schemas.keys.grammar import CuratedFile, Phase
from schemas.keys.layout import RawKey
from schemas.keys.weeks import Week
from tests.lambdas.curate_week.generated import turn_lines
from tests.lambdas.curate_week.weeks import GENERATED_FROM, MemoryWeek, expected_row, one_object
from tests.schemas.examples import KEY, LEAST_TURN, RUN_ID, line, line_with_raw

Rows = list[dict[str, object]]


def rows_of(week: CuratedRuns) -> Rows:
    rows: Rows = pq.read_table(week.path(CuratedFile.TURNS)).to_pylist()
    return rows


def runs_of(week: CuratedRuns) -> Rows:
    rows: Rows = pq.read_table(week.path(CuratedFile.RUNS)).to_pylist()
    return rows


def rejected_of(week: CuratedRuns) -> Rows:
    return [json.loads(each) for each in week.path(CuratedFile.REJECTED).read_bytes().splitlines()]


def as_text(rows: Rows) -> list[str]:
    """Return what tells 0.0 from -0.0 and 1 from 1.0 and True, which == does not, whatever class a zone has."""
    return [json.dumps(row, default=lambda at: at.astimezone(UTC).isoformat()) for row in rows]


@given(st.lists(turn_lines(), min_size=1, max_size=6), st.sampled_from([1, 4 * 1024 * 1024]))
@settings(max_examples=200)
def test_every_valid_line_becomes_exactly_the_row_that_validation_read(lines: Sequence[bytes], held: int) -> None:
    first: dict[int, dict[str, object]] = {}
    for number, text in enumerate(lines, 1):
        turn = read_turn(text, KEY)
        row = expected_row(turn, dt=KEY.dt, source_key=str(KEY), source_line=number)
        first.setdefault(turn.turn, row)
    with TemporaryDirectory() as folder, patch("lambdas.curate_week.run._HELD_BYTES", held):
        curated = one_object(KEY, lines).curate(Path(folder))
        assert as_text(rows_of(curated)) == as_text([first[turn] for turn in sorted(first)])
    assert curated.counts.duplicates == len(lines) - len(first)


JUDGE = {"form": 8, "substance": 7, "purity": 9, "confidence": 0.8, "score": 8.2, "rationale": "", "model_used": "m"}

UGLY = {
    "blank lines": (b"\n\n" + line() + b"\n \t\n", 1, []),
    "crlf": (line(turn=1) + b"\r\n" + line(turn=2) + b"\r\n", 2, []),
    "bom in the middle": (line(turn=4) + b"\n\xef\xbb\xbf" + line() + b"\n", 1, ["malformed"]),
    "truncated last line": (line(turn=1) + b"\n" + line(turn=2)[:200], 1, ["malformed"]),
    "nul byte": (
        line(turn=1) + b"\n" + line(turn=2, user_text="a\x00b").replace(b"\\u0000", b"\x00"),
        1,
        ["malformed"],
    ),
    "escaped nul": (line(user_text="a\x00b"), 1, []),
    "invalid utf-8": (line(user_text="é").replace("é".encode(), b"\xe9"), 0, ["not_utf8"]),
    "invalid utf-8 in an unknown field": (line(later="é").replace("é".encode(), b"\xe9"), 0, ["not_utf8"]),
    "duplicate key, same value": (line()[:-1] + b',"turn":3}', 1, []),
    "duplicate key, other value": (line()[:-1] + b',"turn":9}', 1, []),
    "duplicate nested key": (
        line_with_raw("heuristic", json.dumps(LEAST_TURN["heuristic"]).encode()[:-1] + b',"form":1}'),
        1,
        [],
    ),
    "nan": (line_with_raw("score", b"NaN"), 0, ["malformed"]),
    "infinity": (line_with_raw("score", b"1e999"), 0, ["invalid_value:score"]),
    "huge integer": (line_with_raw("cost_tokens_prompt", b"9" * 400), 0, ["invalid_value:cost_tokens_prompt"]),
    "largest count": (line(cost_tokens_prompt=2**63 - 1), 1, []),
    "count as a float": (line_with_raw("cost_tokens_prompt", b"31500.0"), 0, ["wrong_type:cost_tokens_prompt"]),
    "float in exponent notation": (line_with_raw("score", b"845e-2"), 1, []),
    "float of many digits": (line_with_raw("score", b"8.4499999999999999999999999999999999999999999"), 1, []),
    "deep nesting": (line_with_raw("later", b"[" * 100_000 + b"]" * 100_000), 0, ["too_deep"]),
    "two records on a line": (line(turn=1) + b" " + line(turn=2), 0, ["malformed"]),
    "two records on the line after one on two": (
        line(turn=1).replace(b",", b",\n", 1) + b"\n" + line(turn=2) + b" " + line(turn=3),
        0,
        ["malformed", "wrong_type", "malformed"],
    ),
    "a record over two lines, and two on one": (
        line(turn=1).replace(b"{", b"{\n", 1) + line(turn=2) + b"\n" + line(turn=3),
        1,
        ["malformed", "wrong_type"],
    ),
    "two records on a line, and a blank one": (
        line(turn=1) + line(turn=2) + b"\n\n" + line(turn=3),
        1,
        ["malformed"],
    ),
    "space around a record": (b" " + line(turn=1) + b" \n\t" + line(turn=2) + b"\t\n", 2, []),
    "nanoseconds": (line(timestamp="2025-11-05T12:34:56.123456789Z"), 1, []),
    "no zone": (line(timestamp="2025-11-05T12:34:56"), 1, []),
    "other zone": (line(timestamp="2025-11-05T12:34:56+05:30"), 1, []),
    "early year": (line(timestamp="0001-01-01T00:00:00Z"), 1, []),
    "late year": (line(timestamp="9999-12-31T23:59:59.999999Z"), 1, []),
    "escaped key": (line().replace(b'"score":', b'"\\u0073core":'), 1, []),
    "lone surrogate": (line_with_raw("user_text", b'"\\ud800"'), 0, ["malformed"]),
    "surrogate pair": (line_with_raw("user_text", b'"\\ud83e\\udd14"'), 1, []),
    "no object": (b"[]\nnull\n1\n", 0, ["wrong_type", "wrong_type", "wrong_type"]),
    "other run": (line(run_id="01HQVZ3K9X9876543210FEDCBA"), 0, ["key_mismatch"]),
    "judge without violations": (
        line(judge=JUDGE),
        1,
        [],
    ),
    "10 MB of an unknown field": (line(later="x" * 10_000_000), 1, []),
    "10 MB in a field that is kept": (line(seed_id="é" * 5_000_000), 0, ["invalid_value:seed_id"]),
    "oversized": (line(later="x" * (16 * 1024 * 1024)), 0, ["oversized"]),
    "empty": (b"", 0, []),
}


@pytest.mark.parametrize(("content", "rows", "reasons"), UGLY.values(), ids=UGLY)
@pytest.mark.parametrize("beside", [b"", line(turn=77)], ids=["alone", "with a plain line"])
@pytest.mark.parametrize("held", [4 * 1024 * 1024, 1], ids=["in memory", "on disk"])
def test_ugly_files_end_in_rows_and_reasons_that_add_up(  # noqa: PLR0917 - what it is called with
    content: bytes,
    rows: int,
    reasons: Sequence[str],
    beside: bytes,
    held: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lambdas.curate_week.run._HELD_BYTES", held)
    lines = [each for each in (beside, content) if each]
    curated = one_object(KEY, lines).curate(tmp_path)
    texts = b"\n".join(lines).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    found = {int(str(row["source_line"])): row for row in rows_of(curated)}
    assert as_text(list(found.values())) == as_text(
        [expected_row(read_turn(texts[at - 1], KEY), dt=KEY.dt, source_key=str(KEY), source_line=at) for at in found]
    )
    beside_rows = 1 if beside else 0
    assert len(found) == rows + beside_rows
    assert [row["reason"] for row in rejected_of(curated)] == reasons
    counts = curated.counts
    assert (counts.lines, counts.rows, counts.rejected, counts.duplicates) == (
        rows + len(reasons) + beside_rows, rows + beside_rows, len(reasons), 0,
    )  # fmt: skip


def test_a_rejected_line_names_its_object_its_number_and_its_text(tmp_path: Path) -> None:
    curated = one_object(KEY, [line(), b'{"turn": \xff']).curate(tmp_path)
    assert rejected_of(curated) == [{"key": str(KEY), "line": 2, "reason": "not_utf8", "raw": '{"turn": \\xff'}]


def test_an_object_with_a_bad_key_is_one_entry_outside_the_sum(tmp_path: Path) -> None:
    bad = str(KEY).replace("phase=P2", "phase=P9")
    curated = MemoryWeek({bad: line(), str(KEY): line()}).curate(tmp_path)
    assert rejected_of(curated) == [{"key": bad, "line": None, "reason": "bad_key:phase", "raw": None}]
    assert (curated.counts.lines, curated.counts.rows, curated.counts.rejected) == (1, 1, 0)


def key(*, dt: str = "2025-11-05", model: str = KEY.model, phase: str = "P2", run_id: str = RUN_ID) -> RawKey:
    return RawKey(dt=date.fromisoformat(dt), model=model, phase=Phase(phase), run_id=run_id)


def run_lines(at: RawKey, turns: Sequence[int], **changed: object) -> bytes:
    return b"\n".join(line(run_id=at.run_id, model=at.model, phase=at.phase, turn=turn, **changed) for turn in turns)


def test_of_two_objects_of_a_run_the_later_day_wins_turn_by_turn(tmp_path: Path) -> None:
    early, late = key(dt="2025-11-03"), key(dt="2025-11-07")
    week = MemoryWeek({str(early): run_lines(early, [1, 2, 3]), str(late): run_lines(late, [2, 3, 4])})
    curated = week.curate(tmp_path)
    assert [(row["turn"], row["dt"]) for row in rows_of(curated)] == [
        (1, "2025-11-03"), (2, "2025-11-07"), (3, "2025-11-07"), (4, "2025-11-07"),
    ]  # fmt: skip
    assert curated.counts.duplicates == 2


def test_a_run_id_under_another_model_or_phase_is_no_duplicate(tmp_path: Path) -> None:
    keys = [key(), key(model="gpt-4-turbo"), key(phase="P3")]
    curated = MemoryWeek({str(each): run_lines(each, [1, 2]) for each in keys}).curate(tmp_path)
    assert (curated.counts.rows, curated.counts.duplicates) == (6, 0)


def test_rows_are_sorted_by_model_phase_run_and_turn(tmp_path: Path) -> None:
    runs = ["01HQVZ3K9X1234567890ABCDEF", "01HQVZ3K9X9876543210FEDCBA"]
    keys = [
        key(dt=dt, model=model, phase=phase, run_id=run_id)
        for dt, model, phase, run_id in (
            ("2025-11-09", "a", "P0", runs[1]),
            ("2025-11-03", "b", "P0", runs[0]),
            ("2025-11-08", "a", "P1", runs[0]),
            ("2025-11-09", "a", "P0", runs[0]),
        )
    ]
    curated = MemoryWeek({str(each): run_lines(each, [3, 1, 2]) for each in keys}).curate(tmp_path)
    order = [(row["model"], row["phase"], row["run_id"], row["turn"]) for row in rows_of(curated)]
    assert order == sorted(order)
    assert len(order) == 12


def test_batches_and_row_groups_change_nothing_but_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [key(run_id=f"01HQVZ3K9X9876543210FED{n:03}") for n in range(20)]
    week = MemoryWeek({str(each): run_lines(each, [*range(10, 0, -1)]) for each in keys})
    (tmp_path / "whole").mkdir()
    whole = week.curate(tmp_path / "whole")
    for limit in ("engine.BATCH_BYTES", "run.BATCH_BYTES", "run._HELD_BYTES", "pipeline.ROW_GROUP_BYTES"):
        monkeypatch.setattr(f"lambdas.curate_week.{limit}", 1)
    (tmp_path / "split").mkdir()
    split = week.curate(tmp_path / "split")
    # inside runs as well, of which the summary tells nothing
    assert pq.read_metadata(split.path(CuratedFile.TURNS)).num_row_groups == 200
    assert rows_of(split) == rows_of(whole)
    assert (split.cells, split.counts) == (whole.cells, whole.counts)
    assert runs_of(split) == runs_of(whole)


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        curated = one_object(KEY, [line(), b"nonsense", line(turn=4, violations=["lecturing"])]).curate(
            tmp_path / name
        )
        files.append(
            {
                file: curated.path(file).read_bytes()
                for file in (CuratedFile.TURNS, CuratedFile.RUNS, CuratedFile.REJECTED)
            }
        )
    assert files[0] == files[1]


def test_the_file_says_what_it_was_generated_from_and_how_it_is_sorted(tmp_path: Path) -> None:
    week = one_object(KEY, [line()])
    file = pq.ParquetFile(week.curate(tmp_path).path(CuratedFile.TURNS))
    assert file.schema_arrow.metadata == {b"generated_from": GENERATED_FROM.encode()}
    group = file.metadata.row_group(0)
    leaves = [group.column(n).path_in_schema for n in range(group.num_columns)]
    assert [leaves[column.column_index] for column in group.sorting_columns] == ["model", "phase", "run_id", "turn"]
    score = group.column(leaves.index("score"))
    assert (score.statistics.min, score.has_column_index, score.has_offset_index) == (8.45, True, True)


def test_a_byte_order_mark_is_passed_by(tmp_path: Path) -> None:
    curated = one_object(KEY, [b"\xef\xbb\xbf" + line()]).curate(tmp_path)
    assert (curated.counts.rows, curated.counts.rejected) == (1, 0)


def test_a_week_of_bad_objects_alone_has_valid_files_without_rows(tmp_path: Path) -> None:
    curated = one_object(KEY, [b"nonsense"]).curate(tmp_path)
    assert (rows_of(curated), runs_of(curated), curated.cells, curated.counts.rejected) == ([], [], [], 1)


def test_a_row_that_is_lost_on_the_way_stops_the_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "curate_run", lambda *args: islice(curate_run(*args), 1, None))
    with pytest.raises(MismatchError, match="3 lines, 0 accounted for, 0 rows written"):
        one_object(KEY, [line(turn=turn) for turn in (1, 2, 3)]).curate(tmp_path)


def test_cycles_are_not_collected_while_curating_and_are_afterwards_whatever_happens(tmp_path: Path) -> None:
    week, during = one_object(KEY, [line()]), []

    class Watching(MemoryWeek):
        def read(self, source: Source) -> Iterator[bytes]:
            during.append(gc.isenabled())
            yield from super().read(source)

    class Gone(MemoryWeek):
        def read(self, source: Source) -> Iterator[bytes]:
            raise ConnectionError(str(source))

    Watching(week.contents).curate(tmp_path)
    assert (during, gc.isenabled()) == ([False], True)
    with pytest.raises(ConnectionError):
        Gone(week.contents).curate(tmp_path)
    assert gc.isenabled()
    gc.disable()
    try:
        week.curate(tmp_path)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_failing_writer_stops_the_week(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.parquet.ParquetWriter.write_table", full)
    with pytest.raises(OSError, match="No space left"):
        one_object(KEY, [line()]).curate(tmp_path)


def test_a_failing_source_stops_the_week(tmp_path: Path) -> None:
    week = one_object(KEY, [line()])

    class Gone(MemoryWeek):
        def read(self, source: object) -> None:  # type: ignore[override]
            raise ConnectionError(str(source))

    with pytest.raises(ConnectionError):
        Gone(week.contents).curate(tmp_path)


def test_week_53_is_read_like_any_other(tmp_path: Path) -> None:
    at = key(dt="2021-01-01")
    week = one_object(at, [line()])
    assert Week.of(at.dt) == Week(2020, 53)
    assert [row.week for row in week.summary(week.curate(tmp_path))] == ["2020-W53"]
