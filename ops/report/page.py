"""The report as one HTML page without a script, and without anything from elsewhere. Pure: same weeks, same bytes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from lake.regressions import CONFIDENCE, LIMITS
from ops.report import charts, figures, own
from ops.report.figures import FEW_RUNS, SUBSCORES, CuratedWeek
from ops.report.sections import Cell, Section, Table, charted, columns
from schemas.curation import Measure, Regression
from schemas.keys.grammar import Phase

_TEMPLATE: Final = "page.html"


@dataclass(frozen=True)
class Line:
    """A sentence at the top of the page; a loud one is bad news."""

    text: str
    loud: bool = False


def page(weeks: Sequence[CuratedWeek], *, models: Iterable[str], turns: Mapping[Phase, int]) -> str:
    """Return the page of the last of the weeks, which come oldest first, against those before it.

    `models` are the registry's ids, `turns` what each phase is planned for.
    """
    week = weeks[-1]
    before = weeks[-2] if len(weeks) > 1 and weeks[-2].week == week.week.shift(-1) else None
    sections = [
        _trend(weeks, turns),
        _compliance(week),
        _violations(week),
        _depth(week),
        _coverage(week, models),
        _cost(week),
        _quality(week),
        *(section(weeks) for section in own.SECTIONS),
    ]
    return _template().render(
        week=week.week,
        subtitle=_subtitle(week, weeks),
        headline=_headline(week, before, turns),
        sections=sections,
        provenance=_provenance(weeks),
    )


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    environment.filters["shown"] = _shown
    return environment.get_template(_TEMPLATE)


def _shown(cell: Cell) -> str:
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, float):
        return f"{cell:,.3f}"
    return "-" if cell is None else cell


def _subtitle(week: CuratedWeek, weeks: Sequence[CuratedWeek]) -> str:
    turns = sum(row.turns_count for row in week.summary)
    models = len({row.model for row in week.summary})
    against = f"against {weeks[0].week} and later" if len(weeks) > 1 else "without an earlier week"
    return f"{len(week.runs):,} runs of {models} {'model' if models == 1 else 'models'}, {turns:,} turns, {against}."


def _headline(week: CuratedWeek, before: CuratedWeek | None, turns: Mapping[Phase, int]) -> list[Line]:
    if before is None:
        return [Line("The week before is not curated, so that nothing is compared.")]
    fallen = figures.changes(week, before, turns)
    if not fallen:
        half_life, compliance = LIMITS[Measure.HALF_LIFE], LIMITS[Measure.COMPLIANCE]
        return [
            Line(
                f"No model did worse than in {before.week}: none lost over {half_life:.0%} of the turns that it held "
                f"out, or over {compliance * 100:.0f} points of compliance, by more than chance."
            )
        ]
    return [Line(_sentence(it, before), loud=True) for it in fallen]


def _sentence(fallen: Regression, before: CuratedWeek) -> str:
    scale, unit = (1, "turns") if fallen.measure is Measure.HALF_LIFE else (100, "% compliance")
    now, then, effect, low, high = (
        scale * value for value in (fallen.now, fallen.before, fallen.effect, fallen.low, fallen.high)
    )
    verb = "held out" if fallen.measure is Measure.HALF_LIFE else "came to"
    return (
        f"{fallen.model} in {fallen.phase} {verb} {now:.1f} {unit}, {then:.1f} in {before.week}: a change of "
        f"{effect:+.1f}, between {low:+.1f} and {high:+.1f} at {CONFIDENCE:.0%}, over {fallen.runs} runs against "
        f"{fallen.runs_before}."
    )


def _trend(weeks: Sequence[CuratedWeek], turns: Mapping[Phase, int]) -> Section:
    rows = figures.held_out(weeks, turns)
    every = [*weeks[0].week.until(weeks[-1].week)]
    missing = [str(week) for week in every if week not in {it.week for it in weeks}]
    names = {"week": "week", "model": "model", "mean": "share held out", "low": "low", "high": "high", "runs": "runs"}
    section = Section(
        name="trend",
        title="How long models hold out",
        text="The share of its planned turns that a model holds out before it breaks, over its phases, by week. Runs "
        "that end unbroken count as having held out so far (Kaplan-Meier). The band is the interval at 95 %. A point "
        f"is hollow where a phase has fewer than {FEW_RUNS} runs.",
        table=columns(rows, names),
        warning=f"Not curated: {', '.join(missing)}." if missing else "",
    )
    return charted(section, charts.trend(rows, weeks=[*map(str, every)]))


def _compliance(week: CuratedWeek) -> Section:
    rows = figures.compliance(week)
    names = {"model": "model", "phase": "phase", "value": "compliance", "margin": "± (95 %)", "runs": "runs"}
    section = Section(
        name="compliance",
        title="Compliance by model and phase",
        text="The mean over runs of the share of turns that score 8 or more. "
        f"Cells of fewer than {FEW_RUNS} runs say so.",
        table=columns(rows, names),
    )
    return charted(section, charts.heat_map(rows, shown="shown", largest=1))


def _violations(week: CuratedWeek) -> Section:
    rows = figures.violations(week)
    section = Section(
        name="violations",
        title="Violations by model",
        text="How many of 100 turns have a violation, by kind; a turn may have several.",
        table=columns(rows, {"model": "model", "kind": "violation", "value": "in 100 turns"}),
    )
    return charted(section, charts.stacked(rows, title="violations in 100 turns"))


def _depth(week: CuratedWeek) -> Section:
    rows = figures.depth(week)
    section = Section(
        name="depth",
        title="Context-sensitive depth",
        text="The mean subscores of each model, from 0 in the middle to 10 at the outer ring; the inner ring is 5.",
        table=columns(rows, {"model": "model", **{name: name.upper() for name in SUBSCORES}}),
    )
    return charted(section, charts.radar(rows, axes=SUBSCORES, largest=10))


def _coverage(week: CuratedWeek, models: Iterable[str]) -> Section:
    rows = figures.coverage(week, models)
    missing = [f"{row['model']} {row['phase']}" for row in rows if not row["value"]]
    section = Section(
        name="coverage",
        title="Coverage",
        text="Runs in each model and phase of the registry.",
        table=columns(rows, {"model": "model", "phase": "phase", "value": "runs"}),
        warning=f"Without a run: {', '.join(missing)}." if missing else "",
    )
    return charted(section, charts.heat_map(rows, shown="shown", largest=None))


def _cost(week: CuratedWeek) -> Section:
    rows = figures.cost(week)
    unpriced = [str(row["model"]) for row in rows if row["value"] is None]
    section = Section(
        name="cost",
        title="Cost by model",
        text="Tokens at the registry's prices, in US dollars.",
        table=columns(rows, {"model": "model", "value": "US dollars", "runs": "runs"}),
        warning=f"Without a price in the registry: {', '.join(unpriced)}." if unpriced else "",
    )
    return charted(section, charts.bars([row for row in rows if row["value"] is not None], title="US dollars"))


def _quality(week: CuratedWeek) -> Section:
    turns, refused = sum(row.turns_count for row in week.summary), sum(week.rejected.values())
    left_out = "an unknown number, before this version," if week.duplicates is None else f"{week.duplicates:,}"
    text = f"{refused:,} lines were refused and {left_out} left out as duplicates, beside {turns:,} turns."
    if week.late is not None:
        text += f" {week.late:,} of {len(week.runs):,} runs were written after Monday's curation: late, or again."
    rows = [(f"refused: {reason}", lines) for reason, lines in _most_first(week.rejected)]
    rows += [(what, count) for what, count in (("duplicates", week.duplicates), ("late runs", week.late)) if count]
    return Section(name="quality", title="Data quality", text=text, table=Table(["what", "how many"], rows))


def _most_first(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _provenance(weeks: Sequence[CuratedWeek]) -> list[tuple[str, list[str]]]:
    return [
        ("Generated from", [f"{it.week} {it.generated_from}" for it in weeks]),
        ("Manifests", [*weeks[-1].manifests]),
        ("Artifacts", [*weeks[-1].artifacts]),
    ]
