"""The tables that analysts see: columns, partitions and where their files lie, for Glue and for local readers.

Partition projection: https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from schemas.catalog import columns
from schemas.catalog.columns import Column
from schemas.keys.grammar import CuratedTable, Key, Phase
from schemas.keys.layout import CalibrationResultKey, CuratedKey, RawKey, ScoreKey, SymlinkKey
from schemas.keys.projection import DAYS_AHEAD, Projection

TURNS: Final = "turns"
SCORES: Final = "scores"
RUNS_VIEW: Final = "runs"
CALIBRATION_RESULTS: Final = "calibration_results"

# Not docstrings, since they are in the templates, and `python -O` drops docstrings.
_TURN: Final = "One turn of a benchmark run: a line of `raw/dt=…/model=…/phase=…/<run_id>.jsonl`."
_RUN_SUMMARY: Final = "Summary of one run, one line of JSON: `scores/dt=…/<run_id>_summary.json`."
_CURATED_RUN: Final = "One run as curation counts it: a row of `curated/week=…/runs.parquet`."
_WEEKLY_SUMMARY: Final = "One week of one model in one phase: a row of `curated/week=…/weekly_summary.parquet`."
_CANARY_RESULT: Final = "Result of a weekly canary, one line of JSON: `calibration/results/YYYY-MM-DD.json`."


class TableFormat(StrEnum):
    """How a table's files are read."""

    JSON = "json"
    PARQUET_BY_SYMLINK = "parquet by symlink"


@dataclass(frozen=True)
class PartitionKey:
    """A partition key and how its values are projected, as the parameters `projection.<name>.…`."""

    name: str
    glue_type: str
    description: str
    projected: Mapping[str, str]


@dataclass(frozen=True)
class Table:
    """A table over the keys of one kind; `folder` is the template of a partition's folder, ending in '/'."""

    name: str
    description: str
    format: TableFormat
    columns: Sequence[Column]
    folder: str
    partition_keys: Sequence[PartitionKey] = ()

    @property
    def root(self) -> str:
        """The prefix that all partitions lie below."""
        return self.folder.partition("$")[0].rpartition("/")[0] + "/"

    @property
    def key_patterns(self) -> tuple[str, ...]:
        """What a reader of the table must be able to read, `*` for any text: its own files and those they name."""
        own = f"{self.root}*"
        if self.format is not TableFormat.PARQUET_BY_SYMLINK:
            return (own,)
        named = CuratedKey.TEMPLATE.format(week="*", file=CuratedTable(self.name).file)
        return (own, named)

    def parameters(self, *, bucket: str) -> dict[str, str]:
        """Return the table's projection parameters; none where it has no partitions."""
        if not self.partition_keys:
            return {}
        projected = {
            f"projection.{key.name}.{name}": value
            for key in self.partition_keys
            for name, value in key.projected.items()
        }
        template = f"s3://{bucket}/{self.folder}"
        return {"projection.enabled": "true", "storage.location.template": template} | projected


def _enum(values: Collection[str]) -> dict[str, str]:
    return {"type": "enum", "values": ",".join(values)}


def _folder(kind: type[Key], *, table: str = "") -> str:
    """Return the folder of a key's template, with placeholders as projection writes them: `${dt}`."""
    folder = kind.TEMPLATE.rpartition("/")[0] + "/"
    return folder.replace("{table}", table).replace("{", "${")


def _days(projection: Projection) -> dict[str, str]:
    return {
        "type": "date",
        "format": "yyyy-MM-dd",
        "range": f"{projection.first_dt},NOW+{DAYS_AHEAD.days}DAYS",
        "interval": "1",
        "interval.unit": "DAYS",
    }


def _turns(models: Collection[str], days: Mapping[str, str]) -> Table:
    return Table(
        TURNS,
        f"{_TURN} As written: a malformed line is a row of nulls, a value of a wrong type is null. "
        "S3 archives large objects after a year, and Athena passes archived ones by without an error: "
        f"read turns older than a year from {CuratedTable.CURATED_TURNS}.",
        TableFormat.JSON,
        columns.TURNS,
        _folder(RawKey),
        (
            PartitionKey("dt", "string", "Day of the run, YYYY-MM-DD, UTC; compare it with text.", days),
            PartitionKey("model", "string", "Registry id of the model under test.", _enum(models)),
            PartitionKey("phase", "string", "Context pressure, P0 to P3.", _enum(list(Phase))),
        ),
    )


def _scores(days: Mapping[str, str]) -> Table:
    return Table(
        SCORES,
        f"{_RUN_SUMMARY} The view {RUNS_VIEW} adds its week. Summaries expire after a year.",
        TableFormat.JSON,
        columns.SCORES,
        _folder(ScoreKey),
        (PartitionKey("dt", "date", "Day of the run, UTC; compare it with dates.", days),),
    )


def _curated(name: CuratedTable, description: str, file: Sequence[Column], week: PartitionKey) -> Table:
    return Table(name, description, TableFormat.PARQUET_BY_SYMLINK, file, _folder(SymlinkKey, table=name), (week,))


def tables(models: Collection[str], projection: Projection) -> tuple[Table, ...]:
    """Return every table; `models` are the registry's ids. A model, day or week beyond them is invisible."""
    days, weeks = _days(projection), _enum([str(week) for week in projection.weeks()])
    week = PartitionKey("week", "string", "ISO week, YYYY-WNN.", weeks)
    curated = f"{_TURN} Validated, deduplicated and flattened by the weekly curation; never archived."
    return (
        _turns(models, days),
        _scores(days),
        _curated(CuratedTable.CURATED_TURNS, curated, columns.CURATED_TURNS, week),
        _curated(CuratedTable.CURATED_RUNS, _CURATED_RUN, columns.CURATED_RUNS, week),
        _curated(CuratedTable.WEEKLY_SUMMARY, _WEEKLY_SUMMARY, columns.WEEKLY_SUMMARY, week),
        Table(
            CALIBRATION_RESULTS,
            _CANARY_RESULT,
            TableFormat.JSON,
            columns.CALIBRATION_RESULTS,
            _folder(CalibrationResultKey),
        ),
    )
