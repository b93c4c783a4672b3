"""Charts as they are drawn, byte for byte, and what weeks and runs that are missing look like."""

import json
import re
from pathlib import Path
from typing import Final

import pytest

from ops.report import charts
from ops.report.charts import Row

GOLDEN: Final = Path(__file__).parent / "golden"
WEEKS: Final = ("2025-W43", "2025-W44", "2025-W45")


def point(week: str, mean: float, *, few: bool = False) -> Row:
    return {"week": week, "model": "a", "mean": mean, "low": mean - 0.1, "high": mean + 0.1, "runs": 12, "few": few}


SPECIFICATIONS: Final = {
    "trend": charts.trend([point("2025-W43", 0.75), point("2025-W45", 0.5, few=True)], weeks=WEEKS),
    "radar": charts.radar([{"model": "a", "cr": 5.0, "st": 10.0, "rhd": 2.5}], axes=("cr", "st", "rhd"), largest=10),
}


def drawn(name: str) -> str:
    text = charts.svg(SPECIFICATIONS[name], name=name, title=f"A {name}", description="Of one model.")
    return text.replace("><", ">\n<") + "\n"


@pytest.mark.parametrize("name", SPECIFICATIONS)
def test_chart_is_drawn_as_it_was_accepted(name: str) -> None:
    accepted = (GOLDEN / f"{name}.svg").read_text(encoding="utf-8")
    assert drawn(name) == accepted, f"look at it, then write it to tests/ops/report/golden/{name}.svg"


def test_a_line_breaks_where_a_week_is_missing_and_a_point_of_few_runs_is_hollow() -> None:
    text = drawn("trend")
    assert [label in text for label in ("25-W43", "25-W44", "25-W45")] == [True] * 3
    points = re.findall(r'<path transform="translate\(([0-9.]+),[^/]* fill-opacity="([01])"', text)
    (first, second) = ((float(x), filled) for x, filled in points)
    assert (first[1], second[1]) == ("1", "0")
    # A week's room between them, and no line across it.
    assert second[0] - first[0] == pytest.approx(100)
    lines = re.findall(r'<path d="(M[^"]*)" stroke="#0072B2"', text)
    assert lines
    assert "L" not in "".join(lines)


def test_the_text_of_a_cell_can_be_read_on_its_colour() -> None:
    rows: list[Row] = [{"model": "a", "phase": f"P{n}", "value": n / 50, "shown": f"{2 * n}%"} for n in range(1, 51)]
    text = charts.svg(charts.heat_map(rows, shown="shown", largest=1), name="h", title="h", description="h")
    cells = re.findall(r'<path d="M[^"]*" fill="rgb\(([0-9]+), ([0-9]+), ([0-9]+)\)"', text)
    inks = re.findall(r'<text [^>]*font-size="11px"[^>]* fill="(white|black)"', text)
    assert len(cells) == len(inks) == 50
    for cell, ink in zip(cells, inks, strict=True):
        assert contrast([int(part) for part in cell], [255] * 3 if ink == "white" else [0] * 3) >= 4.5


def contrast(one: list[int], other: list[int]) -> float:
    """Return the ratio of two colours: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: list[int]) -> float:
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_specification_gets_no_data_from_elsewhere() -> None:
    spec = {"data": {"url": "http://127.0.0.1:9/x.json"}, "mark": "bar", "encoding": {"x": {"field": "a"}}}
    with pytest.raises(ValueError, match="External data url not allowed"):
        charts.svg(spec, name="x", title="x", description="x")
    assert "url" not in json.dumps([*SPECIFICATIONS.values()])
