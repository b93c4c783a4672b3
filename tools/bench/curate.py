"""Curation: our engine beside what one would write with the usual tools, and beside the floor under it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tools.bench.data import Sample, megabytes, raw_files
from tools.bench.places import BUILD, RIVALS_PYTHON
from tools.bench.report import Section, Table
from tools.bench.runner import BenchmarkError, Measured, Program, cpu_ratio, interleaved, python, run_once, wall_ratio
from tools.bench.server import serving
from tools.bench.settings import Settings

OURS: Final = "ours"
FETCHING: Final = "ours, from S3"
FLOOR: Final = "floor"
BAD: Final = "ours, 1 % bad lines"
AWSWRANGLER: Final = "awswrangler, from S3"
DUCKDB: Final = "DuckDB"
POLARS: Final = "Polars"
PANDAS: Final = "pandas"
MERGED: Final = "DuckDB, 8 files"

_COLUMNS: Final = ("engine", "wall s", "CPU s", "MB/s", "MB per CPU-s", "peak MB", "CPU over ours")
_OUT: Final = BUILD / "out"
_MERGED_FILES: Final = 8


def run(settings: Settings) -> Section:
    """Measure both sizes of a week, the week of few large objects, bad lines, and fetching."""
    samples = settings.samples
    small_folder, large_folder, few_folder = (each.folder() for each in (samples.small, samples.large, samples.few))
    _OUT.mkdir(parents=True, exist_ok=True)
    with serving(small_folder) as url:
        small = _measured(
            settings,
            small_folder,
            [
                *_engines(small_folder),
                _ours(samples.bad.folder(), name=BAD),
                _ours(small_folder, url, name=FETCHING),
                _rival("pandas", small_folder, name=PANDAS),
                _rival("awswrangler", small_folder, url, name=AWSWRANGLER),
            ],
        )
    large = _measured(settings, large_folder, _engines(large_folder))
    few = _measured(
        settings, few_folder, [*_engines(few_folder), _duckdb(_merged(few_folder), few_folder, name=MERGED)]
    )
    return Section(
        name="curate",
        figures=_figures(small, large, few, megabytes(large_folder)),
        tables=[
            _table(samples.small, small_folder, small),
            _table(samples.large, large_folder, large),
            _table(samples.few, few_folder, few),
        ],
    )


def _figures(
    small: Mapping[str, Measured], large: Mapping[str, Measured], few: Mapping[str, Measured], size: float
) -> Mapping[str, float]:
    ours = large[OURS]
    return {
        "speedup_vs_awswrangler": cpu_ratio(small[AWSWRANGLER], small[FETCHING]),
        "speedup_vs_pandas": cpu_ratio(small[PANDAS], small[OURS]),
        "speedup_vs_duckdb": cpu_ratio(large[DUCKDB], ours),
        "speedup_vs_duckdb_few_objects": cpu_ratio(few[DUCKDB], few[OURS]),
        "speedup_vs_duckdb_merged": cpu_ratio(few[MERGED], few[OURS]),
        "speedup_vs_polars": cpu_ratio(large[POLARS], ours),
        "cpu_over_floor": cpu_ratio(ours, large[FLOOR]),
        "mb_per_s": size / ours.wall,
        "peak_rss_mb": ours.peak_mb,
        "rss_growth": ours.peak_mb / small[OURS].peak_mb,
        "bad_lines_slowdown": wall_ratio(small[BAD], small[OURS]),
        # What fetching adds to reading files, over what reading files and converting cost.
        "fetching_over_converting": cpu_ratio(small[FETCHING], small[OURS]) - 1,
    }


def _measured(settings: Settings, folder: Path, programs: Sequence[Program]) -> Mapping[str, Measured]:
    """Measure the programs, once their rows were found to be the same."""
    run_once(_ours(folder))
    turns = _OUT / folder.name / OURS / "turns.parquet"
    run_once(python("tools.bench.programs.floor", "table", turns, _ipc(folder), name="floor's table"))
    for program in programs:
        run_once(program)
        if program.name in {DUCKDB, POLARS, PANDAS, AWSWRANGLER, MERGED}:
            _check(turns, _out(folder, program.name))
    return interleaved(programs, rounds=settings.rounds)


def _check(ours: Path, theirs: Path) -> None:
    """Raise `BenchmarkError` where the rows are not the same."""
    found = run_once(
        python("tools.bench.programs.compare", ours, theirs, name=f"comparison with {theirs.stem}")
    ).result
    if not found["rows"] or found["only_ours"] or found["only_theirs"]:
        raise BenchmarkError(f"{theirs.stem}: its rows are not ours: {dict(found)}")


def _engines(folder: Path) -> list[Program]:
    return [
        _ours(folder),
        python("tools.bench.programs.floor", folder, _ipc(folder), _out(folder, FLOOR), name=FLOOR),
        _duckdb(folder / "raw/*/*/*/*.jsonl", folder),
        _rival("polars", folder / "raw/*/*/*/*.jsonl", name=POLARS, out=_out(folder, POLARS)),
    ]


def _ours(folder: Path, *url: str, name: str = OURS) -> Program:
    return python("tools.bench.programs.curate", folder, _OUT / folder.name / name, *url, name=name)


def _duckdb(files: Path, folder: Path, *, name: str = DUCKDB) -> Program:
    return _rival("duckdb", files, name=name, out=_out(folder, name))


def _rival(module: str, source: Path, *url: str, name: str, out: Path | None = None) -> Program:
    return python(
        f"tools.bench.rivals.curate_{module}",
        source,
        out or _out(source, name),
        *url,
        name=name,
        interpreter=RIVALS_PYTHON,
    )


def _ipc(folder: Path) -> Path:
    return _OUT / folder.name / "turns.arrow"


def _out(folder: Path, name: str) -> Path:
    return _OUT / folder.name / f"{name}.parquet"


def _merged(folder: Path) -> Path:
    """Return a glob of the same lines in eight files, which suits DuckDB best and is no layout of the lake."""
    out = folder / "merged"
    out.mkdir(exist_ok=True)
    files = raw_files(folder)
    for at in range(_MERGED_FILES):
        (out / f"{at}.jsonl").write_bytes(b"".join(path.read_bytes() for path in files[at::_MERGED_FILES]))
    return out / "*.jsonl"


def _table(sample: Sample, folder: Path, measured: Mapping[str, Measured]) -> Table:
    size = megabytes(folder)
    return Table(
        title=f"Curate {size:,.0f} MB in {sample.objects:,} objects",
        columns=_COLUMNS,
        rows=[
            (
                name,
                found.wall,
                found.cpu,
                size / found.wall,
                size / found.cpu,
                found.peak_mb,
                cpu_ratio(found, measured[OURS]),
            )
            for name, found in measured.items()
        ],
    )
