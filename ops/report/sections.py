"""What the report's page is made of: sections, each a chart and the same numbers as a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from ops.report import charts
from ops.report.charts import Row

Cell = str | float | None


@dataclass(frozen=True)
class Table:
    """The numbers behind a chart."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page; its name is an id in it, its text also describes the chart to a screen reader."""

    name: str
    title: str
    text: str
    table: Table
    chart: Markup | None = None
    warning: str = ""


def columns(rows: Iterable[Row], names: Mapping[str, str]) -> Table:
    """Return the table of some of the rows' values, each under its name."""
    return Table([*names.values()], [[row[name] for name in names] for row in rows])


def charted(section: Section, spec: Mapping[str, object]) -> Section:
    """Return the section with a chart by a Vega-Lite specification, where it has something to show."""
    if not section.table.rows:
        return section
    drawn = charts.svg(spec, name=f"{section.name}-chart", title=section.title, description=section.text)
    # Vega escapes what is data, and charts.svg the title and description.
    return replace(section, chart=Markup(drawn))  # noqa: S704
