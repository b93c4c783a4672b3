"""What a measurement found, for machines and for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tools import markdown
from tools.bench.targets import TARGETS, Target

Value = str | float | None
_PLACES: Final = 2
# Figures from here on are shown without places.
_WHOLE: Final = 100


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under a title."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]


@dataclass(frozen=True, kw_only=True)
class Section:
    """What one benchmark found: named figures, and the tables behind them."""

    name: str
    figures: Mapping[str, float | Sequence[int]]
    tables: Sequence[Table]


def as_json(sections: Sequence[Section], *, machine: Mapping[str, str], quick: bool) -> Mapping[str, object]:
    """Return the report: the figures of each benchmark under its name, beside its tables."""
    found = {
        section.name: {
            **section.figures,
            "tables": [
                {"title": table.title, "rows": [dict(zip(table.columns, row, strict=True)) for row in table.rows]}
                for table in section.tables
            ],
        }
        for section in sections
    }
    return {"machine": machine, "quick": quick, **found}


def as_markdown(sections: Sequence[Section], *, machine: Mapping[str, str], quick: bool) -> str:
    """Return the report as a page's part: the machine, the targets unless the data was small, then every table."""
    tables = [
        Table(title="Machine", columns=("what", "which"), rows=[*machine.items()]),
        *([] if quick else [against_targets(sections)]),
        *(table for section in sections for table in section.tables),
    ]
    return "\n".join(map(_markdown, tables))


def against_targets(sections: Sequence[Section]) -> Table:
    """Return the figures that have a target, and whether they reach it."""
    rows = [
        _against(f"{section.name}: {key}", value, TARGETS[section.name][key])
        for section in sections
        for key, value in section.figures.items()
        if not isinstance(value, Sequence) and key in TARGETS.get(section.name, {})
    ]
    return Table(title="Targets", columns=("figure", "measured", "target", "holds"), rows=rows)


def _against(name: str, value: float, target: Target) -> tuple[str, float, str, str]:
    return name, value, str(target), "yes" if target.holds(value) else "**no**"


def _markdown(table: Table) -> str:
    columns = [f"{name}:" if _numeric(table, at) else name for at, name in enumerate(table.columns)]
    return f"**{table.title}**\n\n" + markdown.table(columns, (map(_cell, row) for row in table.rows))


def _numeric(table: Table, at: int) -> bool:
    return all(isinstance(row[at], int | float | None) for row in table.rows)


def _cell(value: Value) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{0 if abs(value) >= _WHOLE else _PLACES}f}"
