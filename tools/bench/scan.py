"""Scanned bytes: what the layout document's queries on turns touch in raw JSON, and in the same weeks curated."""

from typing import Final

from tools.bench.report import Section, Table
from tools.bench.runner import python, run_once
from tools.bench.settings import Settings

_MEGABYTE: Final = 10**6
_RAW: Final = " raw"
_CURATED: Final = " curated"


def run(settings: Settings) -> Section:
    """Count the bytes; no time is measured, so that one run will do."""
    folder = settings.samples.months.folder()
    touched = run_once(python("tools.bench.programs.scan", folder, name="scan")).result
    names = [name.removesuffix(_RAW) for name in touched if name.endswith(_RAW)]
    sizes = {name: (touched[name + _RAW], touched[name + _CURATED]) for name in names}
    raw, curated = (sum(each) for each in zip(*sizes.values(), strict=True))
    rows = [(name, *each) for name, each in (*sizes.items(), ("all", (raw, curated)))]
    return Section(
        name="scan",
        figures={"raw_over_curated": raw / curated},
        tables=[
            Table(
                title="Bytes that the layout document's queries on turns touch, over six weeks",
                columns=("query", "raw JSON MB", "Parquet MB", "raw over curated"),
                rows=[(name, r / _MEGABYTE, c / _MEGABYTE, r / c) for name, r, c in rows],
            )
        ],
    )
