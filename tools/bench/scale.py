"""A hundred times today's volume: weeks in parts, plans and looks, a reconciliation of its window, a rebuild."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from lambdas.curate_week.parts import WORK_PER_OBJECT
from tools.bench.data import FULL, megabytes, raw_files
from tools.bench.lake_server import serving_lake
from tools.bench.places import BUILD
from tools.bench.recovery import on_lake, reconcile_window, reindex
from tools.bench.report import Section, Table
from tools.bench.runner import BenchmarkError, Program, Run, cpu_ratio, interleaved, python, run_once
from tools.bench.scaling import Speeds, scaling
from tools.bench.settings import Settings

# 720,000 runs a week, and ten million.
_A_DAY: Final = 102_858
_MANY_A_DAY: Final = 1_428_572
_WEEK: Final = 7
_WEEKS: Final = 12
_WINDOW: Final = 35
# What a quick measurement divides them by.
_QUICK: Final = 10
_REINDEXED: Final = 5_000
_PARTS: Final = (1, 8, 32, 189)
_SEVERAL: Final = 8
# One pass and parts take minutes.
_MOST_ROUNDS: Final = 3
_OUT: Final = BUILD / "out" / "parts"


def run(settings: Settings) -> Section:
    """Measure each; what takes minutes once, against services with the latencies of S3 and DynamoDB."""
    sizes = 1 if settings.samples is FULL else _QUICK
    body = raw_files(settings.samples.run.folder())[0]
    parts, work_per_second = _in_parts(settings)
    plans, objects_per_second = _plans(body, sizes)
    index = _index(body, sizes)
    tables = (*parts.tables, *plans.tables, *index.tables, scaling(Speeds(work_per_second, objects_per_second)))
    return Section(name="scale", figures={**parts.figures, **plans.figures, **index.figures}, tables=tables)


def _in_parts(settings: Settings) -> tuple[Section, float]:
    """Measure weeks in parts; return also the bytes of work that parts do in a second."""
    bad, large = settings.samples.bad.folder(), settings.samples.large.folder()
    equal = [*_equal_parts(bad)]
    found = run_once(_program("most", large, _SEVERAL)).result
    most = int(found["most"])
    one, several = (_curate(large, name, work) for name, work in (("one pass", 0), (f"{found['parts']} parts", most)))
    measured = interleaved([one, several], rounds=min(settings.rounds, _MOST_ROUNDS))
    ratio = cpu_ratio(measured[several.name], measured[one.name])
    late = run_once(_program("late", large, most)).result
    figures: Mapping[str, float | Sequence[int]] = {
        "equal_parts": equal,
        "parts_cpu_over_one_pass": ratio,
        "redone_by_late_object": late["redone"],
    }
    table = Table(
        title=f"Curate {megabytes(large):,.0f} MB in parts",
        columns=("how", "wall s", "CPU s", "peak MB"),
        rows=[(name, run.wall, run.cpu, run.peak_mb) for name, run in measured.items()],
    )
    work = megabytes(large) * 10**6 + settings.samples.large.objects * WORK_PER_OBJECT
    return Section(name="parts", figures=figures, tables=[table]), work / measured[several.name].wall


def _equal_parts(folder: Path) -> Iterator[int]:
    """Yield how many parts a week was curated in; raise `BenchmarkError` where that is not what one pass gives."""
    whole = _curate(folder, "whole", 0)
    run_once(whole)
    for wanted in _PARTS:
        found = run_once(_program("most", folder, wanted)).result
        program = _curate(folder, f"{wanted}", int(found["most"]))
        run_once(program)
        compare = python("tools.bench.programs.equal", _out(folder, "whole"), _out(folder, f"{wanted}"), name="equal")
        different = run_once(compare).result["different"]
        if different:
            raise BenchmarkError(f"{found['parts']} parts: {different}: other than in one pass")
        yield int(found["parts"])


def _program(what: str, folder: Path, *arguments: object) -> Program:
    return python("tools.bench.programs.parts", what, folder, *map(str, arguments), name=f"parts {what}")


def _curate(folder: Path, name: str, most: int) -> Program:
    return replace(_program("curate", folder, _out(folder, name), most), name=name)


def _out(folder: Path, name: str) -> Path:
    return _OUT / folder.name / name.replace(" ", "-")


def _plans(body: Path, sizes: int) -> tuple[Section, float]:
    """Measure plans of a week and looks at twelve; return also the objects that a plan does in a second of CPU."""
    with serving_lake(objects_a_day=_A_DAY // sizes, days=_WEEK * _WEEKS, body=body) as url:
        plan = _week("plan", url)
        look = _week("look", url, weeks=_WEEKS)
    with serving_lake(objects_a_day=_MANY_A_DAY // sizes, days=_WEEK, body=body) as url:
        many = _week("plan", url)
    week, all_weeks, most = (
        a_day // sizes * days for a_day, days in ((_A_DAY, _WEEK), (_A_DAY, _WEEK * _WEEKS), (_MANY_A_DAY, _WEEK))
    )
    if look.result["found"] != all_weeks:
        raise BenchmarkError(f"look: {look.result['found']} of {all_weeks} objects")
    table = Table(
        title="Plans of a week, and a look at twelve",
        columns=("what", "objects", "parts", "seconds", "CPU s", "CPU µs an object", "peak MB"),
        rows=[
            (what, objects, parts, run.wall, run.cpu, run.cpu * 10**6 / objects, run.peak_mb)
            for what, objects, parts, run in (
                ("plan", week, plan.result["found"], plan),
                ("plan", most, many.result["found"], many),
                ("look", all_weeks, None, look),
            )
        ],
    )
    figures = {
        "plan_720k_cpu_s": plan.cpu,
        "plan_10m_cpu_s": many.cpu,
        "plan_10m_mb": many.peak_mb,
        "look_12_weeks_cpu_s": look.cpu,
    }
    return Section(name="plans", figures=figures, tables=[table]), most / many.cpu


def _week(what: str, url: str, *, weeks: int = 1) -> Run:
    return run_once(on_lake(python("tools.bench.programs.week", what, url, str(weeks), name=what)))


def _index(body: Path, sizes: int) -> Section:
    """Measure a reconciliation of a window, and one invocation of a rebuild."""
    a_day = _A_DAY // sizes
    with serving_lake(objects_a_day=a_day, days=_WINDOW, body=body) as url:
        reconciled = reconcile_window(url, days=_WINDOW)
        reindexed = reindex(url, body, objects=_REINDEXED)
    objects = a_day * _WINDOW
    if reconciled.result != {"objects": objects, "items": objects - 1, "differences": 1}:
        raise BenchmarkError(f"reconcile a window: {dict(reconciled.result)}")
    rate = _REINDEXED / reindexed.result["seconds"]
    return Section(
        name="index",
        figures={
            "reconcile_window_s": reconciled.wall,
            "reconcile_window_mb": reconciled.peak_mb,
            "reindex_objects_per_s": rate,
        },
        tables=[
            Table(
                title=f"A window of {objects:,} objects reconciled, and one invocation of a rebuild",
                columns=("what", "seconds", "CPU s", "objects/s", "peak MB"),
                rows=[
                    ("reconcile", reconciled.wall, reconciled.cpu, objects / reconciled.wall, reconciled.peak_mb),
                    ("reindex", reindexed.result["seconds"], reindexed.cpu, rate, reindexed.peak_mb),
                ],
            )
        ],
    )
