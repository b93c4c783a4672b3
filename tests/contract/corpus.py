"""A small lake of fixed content, on which the recorded answers are given: alike in moto and the embedded AWS."""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from ops.sample import SampleOptions, generate
from schemas.catalog.columns import CURATED_TURNS, WEEKLY_SUMMARY_FILE, Column, arrow_fields
from schemas.keys.grammar import CuratedTable
from schemas.keys.layout import CalibrationResultKey, ScoreKey, SymlinkKey
from schemas.keys.weeks import Week
from schemas.models import VIOLATION_RATES, ModelConfig
from tests.ops.query.lake import BUCKET, MODELS

TODAY: Final = datetime(2025, 11, 20, 12, 0, tzinfo=UTC)
WEEKS: Final = (Week(2025, 41), Week(2025, 45))
PRICED: Final = ModelConfig("model-a", "a", "https://a.example", "1", 2.5, 10.0, 4_096)

# Lines that every engine reads alike, whatever is wrong with them; all are lines of one object.
BAD_LINES: Final = (
    b'{"turn":1,"score":8.5,"violations":["lecturing"],"csd_subscores":{"CR":7.5}}',
    b'{"turn":2,"score":"high"}',
    b'{"turn":3,"SCORE":7,"Violations":[],"more":{"x":1}}',
    b'{"turn":4,"score":6.5} {"turn":5}',
    b'{"turn":6,"run_id":"\xff","score":null,"violations":[null,"off_topic"]}',
    b'{"turn":"first","score":5.5}',
    b'{"turn":7,"model":"another","phase":"P3","dt":"2020-01-01"}',
    b'{"turn":8,"score":9,',
    b'{"turn":9,"run_id":"cut',
    b'"a text"',
    b"42",
    b"",
)
# Lines on which the open SerDes differ: Trino's answer is recorded, and the local one declines.
UNCLEAR_LINES: Final = {
    "array": b'["a",1]',
    "nested_value": b'{"turn":1,"csd_subscores":{"CR":"x"}}',
    "quoted_number": b'{"turn":"5","score":"8.5"}',
    "fraction": b'{"turn":1.5}',
    "number_as_text": b'{"run_id":5}',
    "value_for_array": b'{"violations":"lecturing"}',
    "name_twice": b'{"turn":1,"TURN":2}',
    "single_quotes": b"{'turn':1}",
}


# The first is of a phase without context, and so without subscores; the other is older than some of the columns.
_SUMMARIES: Final[Sequence[Mapping[str, object]]] = (
    {
        "week": "2025-W45",
        "model": "model-a",
        "phase": "P0",
        "runs_count": 2,
        "turns_count": 40,
        "avg_compliance_rate": 0.75,
        **dict.fromkeys(VIOLATION_RATES.values(), 0.125),
    },
    {
        "week": "2025-W41",
        "model": "model-b",
        "phase": "P2",
        "runs_count": 3,
        "turns_count": 60,
        "degraded_runs": 1,
        "avg_csd_overall": 6.5,
        **{f"avg_{name}": 6.5 for name in ("cr", "st", "rhd", "ap", "nvt", "tc", "ch", "ma")},
        **dict.fromkeys(VIOLATION_RATES.values(), 0.25),
        "half_life_restricted_mean": 20.0,
        "half_life_restricted_se": 2.5,
    },
)


def objects() -> dict[str, bytes]:
    """Return the content of every object by its key."""
    options = SampleOptions(weeks=WEEKS, models=MODELS, runs=1, turns=(14, 18), seed=5)
    found = {sample.key: sample.body for sample in generate(options, prices={PRICED.model_id: PRICED})}
    found[_raw("2025-02-01", "bad_lines")] = b"\n".join(BAD_LINES) + b"\n"
    for number, (name, line) in enumerate(UNCLEAR_LINES.items(), start=1):
        found[_raw(unclear_day(number), name)] = line + b"\n"
    # Of the day that a saved query names.
    found[_raw("2025-11-05", "violations")] = b'{"turn":1,"violations":["lecturing","off_topic"]}\n'
    found[str(CalibrationResultKey(date(2025, 11, 5)))] = (
        b'{"date":"2025-11-05","judge_model":"judge","avg_deviation":0.03,"max_deviation":0.08,"alert_threshold":0.05}\n'
    )
    found[str(ScoreKey(date(2025, 11, 5), "01K9A0000000000000000000AA"))] = (
        b'{"run_id":"run-1","model":"model-a","phase":"P3","half_life_turn":9,"mean_score":7.5,"compliance_rate":0.5}\n'
    )
    # The first day that is projected, the one before it, and an object that Athena takes for hidden.
    for day in ("2024-12-31", "2025-01-01"):
        found[_raw(day, "end")] = b'{"turn":1}\n'
    found[_raw("2025-01-01", "_hidden")] = b'{"turn":2}\n'
    found |= _curated()
    return found


def unclear_day(number: int) -> str:
    """Return the day of one of the unclear lines, each in a partition of its own."""
    return f"2025-03-{number:02}"


def _raw(day: str, name: str) -> str:
    return f"raw/dt={day}/model=model-a/phase=P0/{name}.jsonl"


def _curated() -> Iterator[tuple[str, bytes]]:
    """Yield a week from before a column was added, one of two files, and the last of a year that has 53."""
    table = CuratedTable.CURATED_TURNS
    yield from _week(table, Week(2025, 41), _turns(1).drop_columns(["seed_id", "csd_cr"]))
    yield from _week(table, Week(2025, 45), _turns(1, 2), _turns(3))
    yield from _week(table, Week(2026, 53), _turns(1))
    for summary in _SUMMARIES:
        yield from _week(
            CuratedTable.WEEKLY_SUMMARY, Week.parse(str(summary["week"])), _table(WEEKLY_SUMMARY_FILE, [summary])
        )


def _week(table: CuratedTable, week: Week, *files: pa.Table) -> Iterator[tuple[str, bytes]]:
    keys = []
    for number, file in enumerate(files):
        keys.append(f"curated/week={week}/parts/{table}-{number}.parquet")
        content = io.BytesIO()
        pq.write_table(file, content, compression="zstd")
        yield keys[-1], content.getvalue()
    manifest = "".join(f"s3://{BUCKET}/{key}\n" for key in keys)
    yield str(SymlinkKey(table, week)), manifest.encode()


def _turns(*numbers: int) -> pa.Table:
    return _table(CURATED_TURNS, [_turn(number) for number in numbers])


def _table(columns: Sequence[Column], rows: Sequence[Mapping[str, object]]) -> pa.Table:
    nullable = pa.schema([pa.field(field.name, field.type) for field in arrow_fields(columns, pa)])
    return pa.Table.from_pylist([{**dict.fromkeys(nullable.names), **row} for row in rows], nullable)


def _turn(number: int) -> Mapping[str, object]:
    return {
        "run_id": f"run-{number}",
        "turn": number,
        "model": "model-a",
        "seed_id": "seed-1",
        "score": 8.25 + number,
        "csd_cr": 7.5,
        "violations": ["lecturing", "off_topic"][:number],
        "violation_lecturing": True,
        # Halfway between two milliseconds, of which Athena's timestamps have no part.
        "timestamp": datetime(2025, 11, 5, 10, 0, number, 123_500, tzinfo=UTC),
    }
