import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ops.query.failures import QueryError
from schemas.catalog import columns
from schemas.catalog.columns import arrow_fields
from schemas.keys.grammar import CuratedFile, CuratedTable
from schemas.keys.layout import CuratedKey, SymlinkKey
from schemas.keys.weeks import Week
from tests.ops.query.lake import BUCKET, NOW, Lake

DAY = "2025-11-05"
PREFIX = f"raw/dt={DAY}/model=model-a/phase=P0/"
UNLESS_INVALID = {"ignore.malformed.json": "true"}


def lines(*records: Mapping[str, object] | bytes) -> bytes:
    return b"\n".join(it if isinstance(it, bytes) else json.dumps(it).encode() for it in records) + b"\n"


def test_values_of_partition_keys_come_from_the_partition(lake: Lake) -> None:
    lake.put({f"{PREFIX}x.jsonl": lines({"model": "other", "phase": "P3", "dt": "2020-01-01", "turn": 1})})
    assert lake.rows("SELECT model, phase, dt, turn FROM turns") == [("model-a", "P0", DAY, 1)]


def test_malformed_line_is_a_row_of_nulls(lake: Lake) -> None:
    lake.put({f"{PREFIX}x.jsonl": lines({"turn": 1, "score": 8}, b'{"turn":', {"turn": 2, "score": 9})})
    assert lake.rows("SELECT count(*), count(turn), avg(score), count(model) FROM turns") == [(3, 2, 8.5, 3)]
    assert lake.rows("SELECT turn FROM turns ORDER BY turn DESC") == [(2,), (1,), (None,)]


def test_value_of_another_type_fails_the_query_unless_the_table_says_null(lake: Lake) -> None:
    lake.put({f"{PREFIX}x.jsonl": lines({"turn": 1, "score": "high"}, {"turn": 2, "score": 9})})
    assert lake.rows("SELECT avg(score) FROM turns") == [(9.0,)]
    lake.redeclare("turns", serde=UNLESS_INVALID)
    with pytest.raises(QueryError, match=r"^HIVE_BAD_DATA: "):
        lake.rows("SELECT avg(score) FROM turns")


def test_models_and_days_that_are_not_projected_are_invisible(lake: Lake) -> None:
    body = lines({"turn": 1})
    for day, model in ((DAY, "model-a"), (DAY, "unregistered"), ("2024-12-31", "model-a"), ("2025-11-22", "model-a")):
        lake.put({f"raw/dt={day}/model={model}/phase=P0/x.jsonl": body})
    assert lake.rows("SELECT dt, model FROM turns") == [(DAY, "model-a")]
    assert lake.rows("SELECT count(*) FROM turns WHERE model = 'unregistered'") == [(0,)]
    # A day later one more day is projected.
    later = datetime(2025, 11, 21, tzinfo=UTC)
    assert lake.rows("SELECT count(*) FROM turns", now=later) == [(2,)]


def test_struct_is_read_in_any_case_and_shown_as_athena_does(lake: Lake) -> None:
    record = {
        "CSD_Subscores": {"CR": 1.5, "overall": 12345678},
        "Violations": ["a"],
        "timestamp": "2025-11-05T10:00:00Z",
    }
    lake.put({f"{PREFIX}x.jsonl": lines(record)})
    assert lake.rows("SELECT csd_subscores.Cr, Turns.CSD_subscores.ST, timestamp FROM turns") == [
        (1.5, None, "2025-11-05T10:00:00Z")
    ]
    ((shown, violations),) = lake.rows("SELECT csd_subscores, violations FROM turns")
    assert str(shown).startswith("{cr=1.5, st=null, ")
    assert str(shown).endswith(", overall=1.2345678E7}")
    assert violations == "[a]"


def test_archived_object_is_left_out_and_said(lake: Lake) -> None:
    lake.put({f"{PREFIX}x.jsonl": lines({"turn": 1})})
    lake.s3.put_object(Bucket=BUCKET, Key=f"{PREFIX}y.jsonl", Body=lines({"turn": 2}), StorageClass="DEEP_ARCHIVE")
    answer = lake.engine().answer("SELECT turn FROM turns")
    assert answer.rows == [(1,)]
    assert answer.notes == ["1 archived objects are left out, as Athena passes them by"]
    assert lake.engine().answer("SELECT 1 FROM scores").notes == []


@pytest.mark.parametrize(("reads_restored", "rows"), [("true", [(2,)]), ("false", [])])
def test_restored_object_is_read_where_the_table_says_so(
    lake: Lake,
    reads_restored: str,
    rows: list[tuple[int]],
) -> None:
    lake.s3.put_object(Bucket=BUCKET, Key=f"{PREFIX}y.jsonl", Body=lines({"turn": 2}), StorageClass="DEEP_ARCHIVE")
    lake.s3.restore_object(Bucket=BUCKET, Key=f"{PREFIX}y.jsonl", RestoreRequest={"Days": 7})
    lake.redeclare("turns", parameters={"read_restored_glacier_objects": reads_restored})

    def add_status(parsed: dict[str, list[dict[str, object]]], **_: object) -> None:
        # moto lists no object's status
        for found in parsed.get("Contents", []):
            found["RestoreStatus"] = {"IsRestoreInProgress": False, "RestoreExpiryDate": NOW}

    lake.s3.meta.events.register("after-call.s3.ListObjectsV2", add_status)
    assert lake.rows("SELECT turn FROM turns") == rows


def test_bytes_are_those_of_the_fetched_objects(lake: Lake) -> None:
    body = lines({"turn": 1})
    lake.put({f"{PREFIX}x.jsonl": body, f"{PREFIX}y.jsonl": body, f"{PREFIX}_z.jsonl": body})
    assert lake.engine().answer("SELECT turn FROM turns").bytes_read == 2 * len(body)


def test_query_of_no_table(lake: Lake) -> None:
    assert lake.rows("SELECT 1 + 1, 'x'") == [(2, "x")]
    assert lake.listed == []


def test_nothing_outside_of_the_tables_can_be_read(lake: Lake) -> None:
    for sql in (
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM duckdb_settings()",
    ):
        with pytest.raises(QueryError):
            lake.rows(sql)


def parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def curated(lake: Lake, week: Week, *files: bytes) -> None:
    """Put a week's files and the manifest that names them."""
    folder = str(CuratedKey(week, CuratedFile.TURNS)).rpartition("/")[0]
    keys = [f"{folder}/part-{number}.parquet" for number in range(len(files))]
    lake.put(zip(keys, files, strict=True))
    manifest = str(SymlinkKey(CuratedTable.CURATED_TURNS, week))
    lake.put({manifest: "".join(f"s3://{BUCKET}/{key}\n" for key in keys).encode()})


def turn(number: int, at: datetime) -> dict[str, object]:
    record: dict[str, object] = {column.name: None for column in columns.CURATED_TURNS}
    return {**record, "model": "model-a", "turn": number, "violations": ["lecturing"], "timestamp": at}


def test_curated_weeks_are_read_through_their_manifests(lake: Lake) -> None:
    schema = pa.schema([pa.field(it.name, it.type) for it in arrow_fields(columns.CURATED_TURNS, pa)])
    at = datetime(2025, 11, 5, 10, 0, 0, 123_500, tzinfo=UTC)
    curated(
        lake,
        Week(2025, 45),
        parquet(pa.Table.from_pylist([turn(1, at)], schema)),
        # A file from before the table had the column.
        parquet(pa.Table.from_pylist([turn(2, at)], schema).drop_columns(["seed_id", "source_key"])),
    )
    curated(lake, Week(2025, 46), parquet(pa.Table.from_pylist([turn(3, at)], schema)))
    lake.put({str(CuratedKey(Week(2025, 45), CuratedFile.WEEKLY_SUMMARY)): b"no Parquet, and no file of the table"})
    shown = "week, turn, source_key, timestamp, violations"
    sql = f"SELECT {shown} FROM curated_turns WHERE week = '2025-W45' ORDER BY turn"
    expected = ("2025-W45", 1, None, "2025-11-05 10:00:00.124", "[lecturing]")
    assert lake.rows(sql) == [expected, (*expected[:1], 2, *expected[2:])]
    assert lake.listed == ["curated/symlinks/curated_turns/week=2025-W45/"]
    assert not [key for key in lake.fetched if "week=2025-W46" in key]
    assert lake.rows("SELECT week, count(*) FROM curated_turns GROUP BY week ORDER BY week") == [
        ("2025-W45", 2),
        ("2025-W46", 1),
    ]
    assert lake.rows("SELECT turn FROM curated_turns WHERE timestamp > timestamp '2025-11-05 10:00:00.123'")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (parquet(pa.table({"turn": ["1"]})), "column turn: type string in the file is incompatible with"),
        (parquet(pa.table({"turn": [1.0]})), "column turn: type double"),
        (b"no parquet", "HIVE_BAD_DATA: curated/week=2025-W45/part-0.parquet: "),
    ],
)
def test_file_of_another_type_is_refused(lake: Lake, content: bytes, expected: str) -> None:
    curated(lake, Week(2025, 45), content)
    with pytest.raises(QueryError, match=expected):
        lake.rows("SELECT sum(turn) FROM curated_turns")


def test_manifest_that_names_a_missing_object_fails(lake: Lake) -> None:
    curated(lake, Week(2025, 45), parquet(pa.table({"turn": [1]})))
    lake.s3.delete_object(Bucket=BUCKET, Key="curated/week=2025-W45/part-0.parquet")
    with pytest.raises(QueryError, match=r"^HIVE_CANNOT_OPEN_SPLIT: s3://lake/curated/week=2025-W45/part-0\.parquet"):
        lake.rows("SELECT sum(turn) FROM curated_turns")


def test_table_without_partitions_is_its_folder(lake: Lake) -> None:
    body = lines({"date": DAY, "items_tested": 200, "details": [{"item_id": "CAL-A1B2C3D4", "deviation": 0.7}]})
    lake.put({f"calibration/results/{DAY}.json": body, "calibration/golden_sets/golden_set_v1.jsonl": body})
    assert lake.rows("SELECT date, items_tested FROM calibration_results") == [(DAY, 200)]
    assert lake.listed == ["calibration/results/"]
