import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import msgspec
import pyarrow as pa
import pytest

from lake.scoring import read_turn
from schemas.catalog import columns
from schemas.catalog.columns import Column, ListOf, Scalar, StructOf, arrow_fields, glue_type, record_columns
from schemas.models import CanaryResult, RunSummary, Turn, Violation, WeeklySummary
from tests.schemas.examples import FULL_TURN, KEY, LEAST_TURN, line

TABLES: Mapping[str, tuple[Column, ...]] = {
    "turns": columns.TURNS,
    "scores": columns.SCORES,
    "calibration_results": columns.CALIBRATION_RESULTS,
    "curated_turns": columns.CURATED_TURNS,
    "curated_runs": columns.CURATED_RUNS,
    "weekly_summary": columns.WEEKLY_SUMMARY,
    "weekly_summary_file": columns.WEEKLY_SUMMARY_FILE,
    "turn_records": record_columns(Turn),
}
JSON_TABLES = ("turns", "scores", "calibration_results")

every_table = pytest.mark.parametrize("table", TABLES)


def nested(kind: columns.Type) -> Iterator[Column]:
    if isinstance(kind, ListOf):
        yield from nested(kind.item)
    elif isinstance(kind, StructOf):
        for part in kind.parts:
            yield part
            yield from nested(part.type)


def glue(table: str) -> dict[str, str]:
    return {column.name: glue_type(column.type, json=table in JSON_TABLES) for column in TABLES[table]}


@every_table
def test_every_column_and_part_has_a_description_that_glue_can_hold(table: str) -> None:
    for column in TABLES[table]:
        for described in (column, *nested(column.type)):
            assert re.fullmatch(r"[^\n\t]{1,254}\.", described.description), described.name


@every_table
def test_column_names_are_lower_case_and_distinct(table: str) -> None:
    names = [column.name for column in TABLES[table]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)


@pytest.mark.parametrize(
    ("record", "table", "partitions"),
    [
        (Turn, "turns", {"model", "phase"}),
        (RunSummary, "scores", set()),
        (CanaryResult, "calibration_results", set()),
        (WeeklySummary, "weekly_summary", {"week"}),
        (WeeklySummary, "weekly_summary_file", set()),
    ],
)
def test_a_table_has_every_field_of_its_record_but_the_partitions(
    record: type[msgspec.Struct], table: str, partitions: set[str]
) -> None:
    fields = [field.name for field in msgspec.structs.fields(record) if field.name not in partitions]
    assert [column.name for column in TABLES[table]] == fields


def test_curated_turns_are_flat_but_for_lists() -> None:
    assert not [name for name, kind in glue("curated_turns").items() if kind.startswith("struct")]


def test_the_weekly_summary_has_a_mean_for_each_subscore_and_a_rate_for_each_violation() -> None:
    names = glue("weekly_summary")
    subscores = ("overall", "cr", "st", "rhd", "ap", "nvt", "tc", "ch", "ma")
    assert not {"avg_csd_overall", *(f"avg_{name}" for name in subscores[1:])} - set(names)
    assert sum(name.endswith("_rate") and name != "avg_compliance_rate" for name in names) == len(Violation)
    assert set(names.values()) == {"string", "bigint", "double"}


def glue_of_arrow(kind: pa.DataType) -> str:
    """Return the Hive type that Athena reads an Arrow type as, by a route of its own."""
    if pa.types.is_list(kind):
        return f"array<{glue_of_arrow(kind.value_type)}>"
    if pa.types.is_struct(kind):
        parts = (kind.field(n) for n in range(kind.num_fields))
        return f"struct<{','.join(f'{part.name.lower()}:{glue_of_arrow(part.type)}' for part in parts)}>"
    return {
        pa.string(): "string",
        pa.int64(): "bigint",
        pa.float64(): "double",
        pa.bool_(): "boolean",
        pa.timestamp("us", tz="UTC"): "timestamp",
    }[kind]


@every_table
def test_glue_and_arrow_agree_column_by_column(table: str) -> None:
    schema = pa.schema(arrow_fields(TABLES[table], pa))
    assert schema.names == [column.name for column in TABLES[table]]
    assert [glue_of_arrow(kind) for kind in schema.types] == [
        glue_type(column.type, json=False) for column in TABLES[table]
    ]
    assert [field.nullable for field in schema] == [column.nullable for column in TABLES[table]]


def value_at(record: object, path: Sequence[str]) -> object:
    for name in path:
        if record is None:
            return None
        assert isinstance(record, dict)
        record = record[name]
    return record


def arrow_table(table: str, turn: Turn) -> pa.Table:
    record = msgspec.to_builtins(turn, builtin_types=(datetime,))
    derived: dict[str, object] = {"dt": str(KEY.dt), "source_key": str(KEY), "source_line": 1}
    for kind in Violation:
        derived[columns.violation_column(kind)] = kind in turn.violations
    row = {
        column.name: value_at(record, column.path) if column.path else derived[column.name]
        for column in TABLES[table]
    }
    return pa.Table.from_pylist([row], schema=pa.schema(arrow_fields(TABLES[table], pa)))


turn_tables = pytest.mark.parametrize("table", ["turns", "curated_turns", "turn_records"])


@turn_tables
def test_a_turn_with_every_field_set_fills_every_column(table: str) -> None:
    turn = read_turn(line(FULL_TURN), KEY)
    filled = arrow_table(table, turn)
    filled.validate(full=True)
    assert [column.null_count for column in filled.columns] == [0] * len(TABLES[table])


@turn_tables
def test_a_turn_with_every_optional_field_null_leaves_only_nullable_columns_null(table: str) -> None:
    turn = read_turn(line(LEAST_TURN), KEY)
    sparse = arrow_table(table, turn)
    sparse.validate(full=True)
    assert [column.null_count > 0 for column in sparse.columns] == [column.nullable for column in TABLES[table]]


def test_a_curated_row_has_the_values_of_its_turn() -> None:
    (row,) = arrow_table("curated_turns", read_turn(line(FULL_TURN), KEY)).to_pylist()
    assert row["csd_cr"] == 8.0
    assert row["csd_overall"] == 7.15
    assert row["judge_model_used"] == "claude-3-opus"
    assert row["judge_violations"] == ["leading_question", "off_topic"]
    assert row["template_match_template_id"] == "t9"
    assert row["thread_link_span_id"] == "2:14-40"
    assert row["salient_refs"] == FULL_TURN["salient_refs"]
    assert row["timestamp"] == datetime(2025, 11, 5, 12, 34, 56, 789_000, tzinfo=UTC)
    assert {name for name, value in row.items() if name.startswith("violation_") and value} == {
        "violation_leading_question",
        "violation_lecturing",
    }


def test_a_record_that_is_no_struct_is_refused() -> None:
    with pytest.raises(TypeError, match=r"expected a msgspec\.Struct"):
        record_columns(int)  # type: ignore[arg-type]


def test_times_are_text_in_json_and_times_in_parquet_inside_nested_types_too() -> None:
    at = Column("At", Scalar.TIMESTAMP, "When.", nullable=True, path=("At",))
    kind = ListOf(StructOf((at,)))
    assert glue_type(kind, json=True) == "array<struct<at:string>>"
    assert glue_type(kind, json=False) == "array<struct<at:timestamp>>"
