from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.catalog.queries import LAYOUT_QUERIES
from tools.bench.pruning import needs_of, raw_bytes

SQL = {query.name: query.sql for query in LAYOUT_QUERIES}


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("violation_mix", {"model", "violations", "dt"}),
        (
            "csd_subscores",
            {"model", "phase", "dt", *(f"csd_{part}" for part in ("cr", "st", "rhd", "ap", "nvt", "tc", "ch", "ma"))},
        ),
        ("score_by_model", {"model", "phase", "dt", "score"}),
    ],
)
def test_a_query_needs_the_curated_columns_that_it_names(name: str, columns: set[str]) -> None:
    assert needs_of(SQL[name]).columns == columns


@pytest.mark.parametrize(
    ("name", "partition", "wanted"),
    [
        ("violation_mix", {"dt": "2025-11-05", "phase": "P0"}, True),
        ("violation_mix", {"dt": "2025-11-06", "phase": "P0"}, False),
        ("csd_subscores", {"dt": "2025-11-01", "phase": "P2"}, True),
        ("csd_subscores", {"dt": "2025-10-31", "phase": "P2"}, False),
        ("csd_subscores", {"dt": "2025-11-01", "phase": "P1"}, False),
        ("score_by_model", {"dt": "2025-10-01", "phase": "P0"}, True),
        ("score_by_model", {"dt": "2025-11-01", "phase": "P0"}, False),
    ],
)
def test_raw_bytes_are_those_of_the_partitions_that_a_query_wants(
    name: str,
    partition: dict[str, str],
    wanted: bool,  # noqa: FBT001
) -> None:
    assert raw_bytes(needs_of(SQL[name]), [(partition, 7)]) == (7 if wanted else 0)


def footer(folder: Path, *days: str) -> pq.FileMetaData:
    """Return the footer of turns with a row group a day."""
    path = folder / "turns.parquet"
    with pq.ParquetWriter(
        path,
        pa.schema(
            [
                ("dt", pa.string()),
                ("violations", pa.list_(pa.string())),
                ("model", pa.string()),
                ("user_text", pa.string()),
            ]
        ),
    ) as writer:
        for day in days:
            writer.write_table(
                pa.table(
                    {"dt": [day], "violations": [["off_topic"]], "model": ["m"], "user_text": ["x" * 100]},
                    schema=writer.schema,
                )
            )
    return pq.read_metadata(path)


def test_parquet_bytes_are_those_of_needed_columns_in_row_groups_that_may_hold_a_row(tmp_path: Path) -> None:
    found = footer(tmp_path, "2025-11-04", "2025-11-05")
    second = found.row_group(1)
    chunks = [second.column(number).total_compressed_size for number in range(3)]
    assert needs_of(SQL["violation_mix"]).bytes_of(found) == found.serialized_size + sum(chunks)


def test_a_file_whose_rows_are_all_ruled_out_costs_its_footer(tmp_path: Path) -> None:
    found = footer(tmp_path, "2025-11-04")
    assert needs_of(SQL["violation_mix"]).bytes_of(found) == found.serialized_size


def test_a_condition_that_is_not_known_is_refused() -> None:
    with pytest.raises(KeyError):
        needs_of("SELECT score FROM turns WHERE dt > '2025-11-05'")
