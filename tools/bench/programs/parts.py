"""Curates the week of a sample in parts, and finds out how large parts have to be for it.

`parts most FOLDER PARTS` prints the work of a part so that there are at least so many, `parts curate FOLDER OUT MOST`
curates them one after the other, as functions that stay warm do, or with a MOST of 0 in one pass without parts.
`parts late FOLDER MOST` prints how many parts a late object has made anew.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import rmtree

from lambdas.curate_week.cells import Cell
from lambdas.curate_week.engine import curate
from lambdas.curate_week.inputs import Run, Source, WeekInputs, week_inputs
from lambdas.curate_week.listing import RawObject, run_id_of
from lambdas.curate_week.parquet import write_summary
from lambdas.curate_week.parts import bounds_of, parts_of, read_part, work
from lambdas.curate_week.summary import summary_rows
from schemas.keys.grammar import CuratedFile
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from schemas.registry.phases import load_planned_turns
from tools.bench.data import WEEK
from tools.bench.programs.curate import objects


def _inputs(folder: Path) -> WeekInputs:
    return week_inputs(Week.parse(WEEK), objects(folder))


def _count(inputs: WeekInputs, most: int) -> int:
    return sum(1 for _ in bounds_of(inputs, most=most))


def most_work(folder: Path, parts: int) -> Mapping[str, int]:
    """Return the greatest work of a part with which the week has at least so many."""
    inputs = _inputs(folder)
    least, beyond = 1, work(inputs.cells.values()) + 1
    while beyond - least > 1:
        middle = (least + beyond) // 2
        if _count(inputs, middle) >= parts:
            least = middle
        else:
            beyond = middle
    return {"most": least, "parts": _count(inputs, least)}


def curate_parts(folder: Path, out: Path, most: int) -> Mapping[str, int]:
    """Curate the week into a folder a part, whose names are in the order of the parts, and its summary."""
    inputs = _inputs(folder)
    rmtree(out, ignore_errors=True)

    def read(source: Source) -> Iterator[bytes]:
        yield (folder / source.object.key).read_bytes()

    rows, cells = 0, list[Cell]()
    for number, (digest, runs) in enumerate(_parts(inputs, most)):
        part = out / f"{number:06}"
        part.mkdir(parents=True, exist_ok=True)
        curated = curate(runs, read=read, folder=part, generated_from=digest)
        cells += curated.cells
        rows += curated.counts.rows
    summary = summary_rows(cells, week=WEEK, generated_from="", models=load_models(), turns=load_planned_turns())
    write_summary(out / CuratedFile.WEEKLY_SUMMARY, summary)
    return {"rows": rows}


def _parts(inputs: WeekInputs, most: int) -> Iterator[tuple[str, tuple[Run, ...]]]:
    if not most:
        yield "", inputs.runs()
        return
    for part in parts_of(inputs, bounds_of(inputs, most=most)):
        yield part.digest, read_part(part.digest, part.inputs)


def redone(folder: Path, most: int) -> Mapping[str, int]:
    """Return how many parts are other ones when an object has come in the middle of the week's runs."""
    listed = [*objects(folder)]
    middle = listed[len(listed) // 2]
    run_id = run_id_of(middle)
    late = middle.key.replace(run_id, f"{run_id[:-1]}{'0' if run_id[-1] != '0' else '1'}")
    before, after = (
        {part.digest for part in parts_of(inputs, bounds_of(inputs, most=most))}
        for inputs in (
            week_inputs(Week.parse(WEEK), found)
            for found in (listed, [*listed, RawObject(late, middle.etag, middle.size)])
        )
    )
    return {"redone": len(after - before), "parts": len(before)}


def main(what: str, folder: Path, *arguments: str) -> None:
    """Do what is asked, and print the result."""
    if what == "most":
        result = most_work(folder, int(arguments[0]))
    elif what == "curate":
        result = curate_parts(folder, Path(arguments[0]), int(arguments[1]))
    else:
        result = redone(folder, int(arguments[0]))
    print(json.dumps(result))  # noqa: T201 - the result


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
