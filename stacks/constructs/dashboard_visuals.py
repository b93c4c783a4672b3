"""The visuals of QuickSight's dashboard, and the fields of each; a sheet's are a chart and a table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.catalog.data_sets import SUBSCORES, SUMMARY, VIOLATIONS, DataSet

Json = Mapping[str, object]
Visual = Mapping[str, Json]
"""What a visual is, under the name of its kind."""


@dataclass(frozen=True)
class Ratio:
    """A field that QuickSight computes of what a visual adds up."""

    data_set: DataSet
    name: str
    expression: str


_PER_100_TURNS: Final = Ratio(VIOLATIONS, "in 100 turns", "100 * sum({violating_turns}) / sum({turns_count})")
_MEAN_POINTS: Final = Ratio(SUBSCORES, "mean points", "sum({points}) / sum({turns_count})")
RATIOS: Final = (_PER_100_TURNS, _MEAN_POINTS)


@dataclass(frozen=True)
class _Fields:
    """Makes the fields of one visual over one data set; a field's id is the visual's and the column's."""

    visual: str
    data_set: DataSet

    def id(self, column: str) -> str:
        return f"{self.visual}-{column.replace(' ', '-')}"

    def by(self, *columns: str) -> list[Json]:
        return [{"CategoricalDimensionField": self._field(column)} for column in columns]

    def shown(self, *columns: str) -> list[Json]:
        return [self._field(column) for column in columns]

    def total(self, *columns: str, of: str = "SUM") -> list[Json]:
        function = {"SimpleNumericalAggregation": of}
        return [
            {"NumericalMeasureField": {**self._field(column), "AggregationFunction": function}} for column in columns
        ]

    def ratio(self, ratio: Ratio) -> list[Json]:
        # It adds up by itself, and so has no aggregation.
        return [{"NumericalMeasureField": self._field(ratio.name)}]

    def sort(self, column: str, direction: str = "ASC") -> list[Json]:
        return [{"FieldSort": {"FieldId": self.id(column), "Direction": direction}}]

    def _field(self, column: str) -> dict[str, object]:
        return {
            "FieldId": self.id(column),
            "Column": {"DataSetIdentifier": self.data_set.name, "ColumnName": column},
        }


def _visual(kind: str, fields: _Fields, *, title: str, says: str, wells: Json, more: Json) -> Visual:
    return {
        kind: {
            "VisualId": fields.visual,
            "Title": {"FormatText": {"PlainText": title}},
            "Subtitle": {"FormatText": {"PlainText": says}},
            "VisualContentAltText": says,
            "ChartConfiguration": {"FieldWells": wells, **more},
        }
    }


def trend() -> Iterator[Visual]:
    """Yield what shows how long models hold out."""
    line, table = _Fields("trend", SUMMARY), _Fields("held-out", SUMMARY)
    held_out = "half_life_restricted_mean"
    yield _visual(
        "LineChartVisual",
        line,
        title="How long models hold out",
        says="Turns before the break, up to those planned (Kaplan-Meier), by week: a mean over the phases chosen.",
        wells={
            "LineChartAggregatedFieldWells": {
                "Category": line.by("week"),
                "Values": line.total(held_out, of="AVERAGE"),
                "Colors": line.by("model"),
            }
        },
        more={"SortConfiguration": {"CategorySort": line.sort("week")}, "Type": "LINE"},
    )
    columns = ("week", "model", "phase", held_out, "low", "high", "runs_count", "degraded_runs", "note")
    yield _visual(
        "TableVisual",
        table,
        title="Turns held out, with the interval at 95 %",
        says="One row a week, model and phase; a row of fewer than three runs says so.",
        wells={"TableUnaggregatedFieldWells": {"Values": table.shown(*columns)}},
        more={"SortConfiguration": {"RowSort": table.sort("week", "DESC")}},
    )


def violations() -> Iterator[Visual]:
    """Yield what shows how often models break the rules."""
    bars, table = _Fields("violations", VIOLATIONS), _Fields("violations-table", VIOLATIONS)
    says = "Turns of 100 that have a violation, by kind; a turn may have several."
    yield _visual(
        "BarChartVisual",
        bars,
        title="Violations by model",
        says=says,
        wells={
            "BarChartAggregatedFieldWells": {
                "Category": bars.by("model"),
                "Values": bars.ratio(_PER_100_TURNS),
                "Colors": bars.by("violation"),
            }
        },
        more={
            "SortConfiguration": {"CategorySort": bars.sort("model")},
            "Orientation": "HORIZONTAL",
            "BarsArrangement": "STACKED",
        },
    )
    yield _numbers(table, "Violations in numbers", says, by=("model", "violation"), ratio=_PER_100_TURNS)


def depth() -> Iterator[Visual]:
    """Yield what shows how deep models go into the context."""
    radar, table = _Fields("depth", SUBSCORES), _Fields("depth-table", SUBSCORES)
    says = "Mean subscores of context-sensitive depth, 0 to 10, over the turns of the cells that have them."
    yield _visual(
        "RadarChartVisual",
        radar,
        title="Context-sensitive depth",
        says=says,
        wells={
            "RadarChartAggregatedFieldWells": {
                "Category": radar.by("subscore"),
                "Values": radar.ratio(_MEAN_POINTS),
                "Color": radar.by("model"),
            }
        },
        more={
            "SortConfiguration": {"CategorySort": radar.sort("subscore")},
            "Shape": "POLYGON",
            "AxesRangeScale": "SHARED",
        },
    )
    yield _numbers(table, "Depth in numbers", says, by=("model", "subscore"), ratio=_MEAN_POINTS)


def _numbers(table: _Fields, title: str, says: str, *, by: Sequence[str], ratio: Ratio) -> Visual:
    """Return the table under a chart of a ratio, with the turns that it is of."""
    wells = {"GroupBy": table.by(*by), "Values": [*table.ratio(ratio), *table.total("turns_count")]}
    more = {"SortConfiguration": {"RowSort": table.sort(by[0])}}
    return _visual(
        "TableVisual", table, title=title, says=says, wells={"TableAggregatedFieldWells": wells}, more=more
    )


def cost() -> Iterator[Visual]:
    """Yield what shows what models cost, and which cells have runs."""
    table, cells = _Fields("cost", SUMMARY), _Fields("coverage", SUMMARY)
    totals = ("runs_count", "turns_count", "prompt_tokens", "completion_tokens", "total_cost_usd")
    yield _visual(
        "TableVisual",
        table,
        title="Cost by week and model",
        says="Tokens at the registry's prices, in US dollars; a model without a price has none.",
        wells={"TableAggregatedFieldWells": {"GroupBy": table.by("week", "model"), "Values": table.total(*totals)}},
        more={"SortConfiguration": {"RowSort": table.sort("week", "DESC")}},
    )
    yield _visual(
        "PivotTableVisual",
        cells,
        title="Coverage",
        says="Runs by model and phase; a cell without a run is empty.",
        wells={
            "PivotTableAggregatedFieldWells": {
                "Rows": cells.by("model"),
                "Columns": cells.by("phase"),
                "Values": cells.total("runs_count"),
            }
        },
        more={},
    )
