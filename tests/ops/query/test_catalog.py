from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import pytest

from ops.query.catalog import Catalog, Format, Table
from ops.query.failures import QueryError
from ops.query.projection import projected_values
from tests.ops.query.lake import BUCKET, catalog, table_input

if TYPE_CHECKING:
    from mypy_boto3_glue.type_defs import TableTypeDef

NOW = datetime(2025, 11, 5, 23, 59, tzinfo=UTC)


def test_table_is_read_as_declared() -> None:
    turns = catalog().find("turns")
    assert isinstance(turns, Table)
    assert turns.format is Format.JSON
    assert (turns.bucket, turns.folder) == (BUCKET, "raw/dt=${dt}/model=${model}/phase=${phase}/")
    assert [kind.sql() for kind in turns.partition_keys.values()] == ["TEXT", "TEXT", "TEXT"]
    assert list(turns.columns)[:2] == ["run_id", "turn"]
    assert (turns.malformed_is_null, turns.invalid_is_null) == (True, True)
    scores = catalog(table_input("scores", serde={})).find("scores")
    assert isinstance(scores, Table)
    assert [kind.sql() for kind in scores.partition_keys.values()] == ["DATE"]
    assert (scores.malformed_is_null, scores.invalid_is_null) == (False, False)
    summary = catalog().find("weekly_summary")
    assert isinstance(summary, Table)
    assert (summary.format, summary.folder) == (
        Format.SYMLINKED_PARQUET,
        "curated/symlinks/weekly_summary/week=${week}/",
    )


def changed(*, storage: Mapping[str, object] | None = None, **members: object) -> Catalog:
    """Return the scores with other members."""
    described = table_input("scores")
    found = {**described, "StorageDescriptor": {**described["StorageDescriptor"], **(storage or {})}, **members}
    return Catalog([cast("TableTypeDef", found)])


def serde(**parameters: str) -> Mapping[str, object]:
    return {"SerdeInfo": {"SerializationLibrary": Format.JSON.value[1], "Parameters": parameters}}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (changed(Parameters={}), "partitions without projection"),
        (changed(Parameters={"projection.enabled": "true"}), "location ''"),
        (
            changed(Parameters={"projection.enabled": "true", "storage.location.template": "s3://b/x/${day}/"}),
            "each of its partition keys once",
        ),
        (
            changed(Parameters={"projection.enabled": "true", "storage.location.template": "s3://b/x/${dt}"}),
            "expected s3://<bucket>/<folder>/",
        ),
        (changed(storage={"InputFormat": "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat"}), "OrcInputFormat with"),
        (changed(storage=serde(**{"mapping.model": "m"})), "SerDe property mapping.model=m"),
        (changed(storage=serde(**{"case.insensitive": "false"})), "SerDe property case.insensitive=false"),
        (
            changed(storage={"Columns": [{"Name": "x", "Type": "map<string,string>"}]}),
            "column type 'map<string,string>'",
        ),
        (changed(TableType="VIRTUAL_VIEW"), "expected a view as Athena writes it"),
        (changed(TableType="VIRTUAL_VIEW", ViewOriginalText="/* Presto View: e30= */"), "expected a view"),
        (changed(TableType="VIRTUAL_VIEW", ViewOriginalText="/* Presto View: *** */"), "expected a view"),
    ],
)
def test_other_table_is_refused_when_a_query_names_it(table: Catalog, expected: str) -> None:
    with pytest.raises(QueryError, match=r"^table scores: ") as raised:
        table.find("scores")
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"type": "enum", "values": "a, b"}, ("a", "b")),
        ({"type": "date", "format": "yyyy-MM-dd", "range": "2025-11-04,NOW"}, ("2025-11-04", "2025-11-05")),
        (
            {"type": "date", "format": "yyyy-MM-dd", "range": "NOW-1DAYS,NOW+1DAYS", "interval": "1"},
            ("2025-11-04", "2025-11-05", "2025-11-06"),
        ),
        ({"type": "date", "format": "yyyy-MM-dd", "range": "NOW-1WEEKS,2025-10-29"}, ("2025-10-29",)),
        ({"type": "date", "format": "yyyy-MM-dd", "range": "2026-01-01,NOW"}, ()),
    ],
)
def test_projected_values(parameters: Mapping[str, str], expected: tuple[str, ...]) -> None:
    given = {f"projection.dt.{name}": value for name, value in parameters.items()}
    assert projected_values("dt", {**given, "projection.dtx.type": "injected"}, now=NOW) == expected


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"type": "injected"},
        {"type": "integer", "range": "1,5"},
        {"type": "date", "format": "yyyy/MM/dd", "range": "2025-11-04,NOW"},
        {"type": "date", "format": "yyyy-MM-dd", "range": "2025-11-04,NOW", "interval": "2"},
        {"type": "date", "format": "yyyy-MM-dd", "range": "2025-11-04,NOW", "interval.unit": "WEEKS"},
        {"type": "date", "format": "yyyy-MM-dd", "range": "2025-11-04"},
        {"type": "date", "format": "yyyy-MM-dd", "range": "NOW-1YEARS,NOW"},
        {"type": "enum", "values": "a", "range": "1"},
    ],
)
def test_other_projection_is_refused(parameters: Mapping[str, str]) -> None:
    given = {f"projection.dt.{name}": value for name, value in parameters.items()}
    with pytest.raises(QueryError, match=r"^not read locally: projection of dt"):
        projected_values("dt", given, now=NOW)
