"""QuickSight's dashboard as code: sheets, filters and their places, as its API and CloudFormation have them.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DashboardVersionDefinition.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.catalog.data_sets import NEWEST, SUMMARY
from stacks.constructs.dashboard_visuals import RATIOS, Json, Visual, cost, depth, trend, violations

# The grid of a sheet is 36 columns wide.
_WIDTH: Final = 36
_CONTROL_WIDTH: Final = 6
_CHART_ROWS: Final = 12
_TABLE_ROWS: Final = 10

_TREND, _VIOLATIONS, _DEPTH, _COST = "trend-sheet", "violations-sheet", "depth-sheet", "cost-sheet"
_SHEETS: Final = {
    _TREND: ("Trend", trend),
    _VIOLATIONS: ("Violations", violations),
    _DEPTH: ("Depth", depth),
    _COST: ("Cost and coverage", cost),
}


@dataclass(frozen=True)
class _Filter:
    """A filter of sheets by a column that every data set has; without `chosen` all values are, at first."""

    column: str
    sheets: Sequence[str] = (*_SHEETS,)
    chosen: str = ""

    @property
    def id(self) -> str:
        return f"filter-{self.column}"

    def control(self, sheet: str) -> str:
        return f"{sheet}-{self.column}"


_FILTERS: Final = (
    _Filter("phase"),
    _Filter("model"),
    _Filter("week"),
    # A mean over all weeks would say little, so that sheets without an axis of weeks begin with the newest.
    _Filter("period", sheets=(_VIOLATIONS, _DEPTH, _COST), chosen=NEWEST),
)


def definition(arns: Mapping[str, str]) -> dict[str, object]:
    """Return the definition of dashboard and analysis; `arns` are those of the data sets by name."""
    return {
        "DataSetIdentifierDeclarations": [{"Identifier": name, "DataSetArn": arn} for name, arn in arns.items()],
        "Sheets": [_sheet(sheet, title, [*visuals()]) for sheet, (title, visuals) in _SHEETS.items()],
        "CalculatedFields": [
            {"DataSetIdentifier": it.data_set.name, "Name": it.name, "Expression": it.expression} for it in RATIOS
        ],
        "FilterGroups": [*map(_filter_group, _FILTERS)],
    }


def _sheet(sheet: str, title: str, visuals: Sequence[Visual]) -> Json:
    chart, table = (str(body["VisualId"]) for visual in visuals for body in visual.values())
    filters = [it for it in _FILTERS if sheet in it.sheets]
    return {
        "SheetId": sheet,
        "Name": title,
        "ContentType": "INTERACTIVE",
        "Visuals": visuals,
        "FilterControls": [
            {"CrossSheet": {"FilterControlId": it.control(sheet), "SourceFilterId": it.id}} for it in filters
        ],
        "Layouts": _grid(
            _place(chart, "VISUAL", row=0, columns=_WIDTH, rows=_CHART_ROWS),
            _place(table, "VISUAL", row=_CHART_ROWS, columns=_WIDTH, rows=_TABLE_ROWS),
        ),
        "SheetControlLayouts": _grid(
            *(
                _place(it.control(sheet), "FILTER_CONTROL", column=place * _CONTROL_WIDTH, columns=_CONTROL_WIDTH)
                for place, it in enumerate(filters)
            )
        ),
    }


def _grid(*elements: Json) -> list[Json]:
    return [{"Configuration": {"GridLayout": {"Elements": [*elements]}}}]


def _place(element: str, kind: str, *, columns: int, rows: int = 1, column: int = 0, row: int = 0) -> Json:
    return {
        "ElementId": element,
        "ElementType": kind,
        "ColumnIndex": column,
        "ColumnSpan": columns,
        "RowIndex": row,
        "RowSpan": rows,
    }


def _filter_group(of: _Filter) -> Json:
    # The toolkit drops an empty object, and with it `AllSheets`.
    scopes = [{"SheetId": sheet, "Scope": "ALL_VISUALS"} for sheet in of.sheets]
    values = {"CategoryValues": [of.chosen]} if of.chosen else {"SelectAllOptions": "FILTER_ALL_VALUES"}
    found = {
        "FilterId": of.id,
        "Column": {"DataSetIdentifier": SUMMARY.name, "ColumnName": of.column},
        "Configuration": {"FilterListConfiguration": {"MatchOperator": "CONTAINS", **values}},
        "DefaultFilterControlConfiguration": {
            "Title": of.column.capitalize(),
            "ControlOptions": {"DefaultDropdownOptions": {"Type": "MULTI_SELECT"}},
        },
    }
    return {
        "FilterGroupId": f"group-{of.column}",
        "CrossDataset": "ALL_DATASETS",
        "ScopeConfiguration": {"SelectedSheets": {"SheetVisualScopingConfigurations": scopes}},
        "Status": "ENABLED",
        "Filters": [{"CategoryFilter": found}],
    }
