"""Charts as SVG: Vega-Lite specifications, drawn without a browser. Pure: same figures, same bytes.

Lines and labels are `currentColor`, so that a chart follows the page into dark mode. The colours of categories are
Okabe's and Ito's, which people who see fewer colours can tell apart: https://jfly.uni-koeln.de/color/
"""

import html
import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Final

import vl_convert

BLUE: Final = "#0072B2"
_PALETTE: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#F0E442")
_INK: Final = "currentColor"
# The page names each chart as a whole; its marks would be read out one by one, without names.
_MARKS: Final = re.compile(r' (?:role="graphics-[a-z]+"|aria-(?:roledescription|label|hidden)="[^"]*")')
_CONFIG: Final = {
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": _INK,
        "titleColor": _INK,
        "gridColor": _INK,
        "gridOpacity": 0.15,
        "domainColor": _INK,
        "tickColor": _INK,
        "titleFontWeight": "normal",
    },
    "header": {"labelColor": _INK, "titleColor": _INK},
    "legend": {"labelColor": _INK, "titleColor": _INK, "orient": "bottom", "columns": 4},
    "text": {"color": _INK},
}
# Of the year two digits are enough.
_WEEKS: Final = {"title": None, "labelOverlap": True, "labelAngle": 0, "labelExpr": "slice(datum.label, 2)"}
_FAINT: Final = {"opacity": 0.3, "strokeWidth": 0.7}
_PERCENT: Final = {"format": "%", "tickCount": 3}
# Above this share of the darkest cell white text has more contrast than black: 4.5 to 1 at least, either way.
_DARK_FROM: Final = 0.75
# How many small charts stand side by side.
_COLUMNS: Final = 4
_RADARS: Final = 6

Row = Mapping[str, str | float | None]


def trend(rows: Sequence[Row], *, weeks: Sequence[str]) -> Mapping[str, object]:
    """Return a small chart a model of `mean` between `low` and `high` by `week`; a point that is `few` is hollow.

    It has room for all `weeks`, and the line breaks where a model has none.
    """
    found = {(row["model"], row["week"]) for row in rows}
    absent: list[Row] = [
        {"model": model, "week": week, "mean": None}
        for model in dict.fromkeys(row["model"] for row in rows)
        for week in weeks
        if (model, week) not in found
    ]
    week = {"field": "week", "type": "ordinal", "axis": _WEEKS, "scale": {"domain": weeks}}
    hollow = {"condition": {"test": "datum.few", "value": 0}, "value": 1}
    share = {"type": "quantitative", "title": None, "axis": _PERCENT, "scale": {"domain": [0, 1]}}
    return _small(
        [*rows, *absent],
        columns=_COLUMNS,
        spec={
            "width": 150,
            "height": 70,
            "layer": [
                _layer(
                    {"type": "area", "opacity": 0.25, "color": BLUE},
                    x=week,
                    y={"field": "low", **share},
                    y2={"field": "high"},
                ),
                _layer({"type": "line", "color": BLUE}, x=week, y={"field": "mean", **share}),
                _layer(
                    {"type": "point", "size": 14, "opacity": 1, "color": BLUE, "fill": BLUE},
                    x=week,
                    y={"field": "mean", **share},
                    fillOpacity=hollow,
                ),
            ],
        },
    )


def heat_map(rows: Sequence[Row], *, shown: str, largest: float | None) -> Mapping[str, object]:
    """Return `value` by `model` and `phase`, each written out; one of 0 where `largest` is open stands out."""
    cell = {
        "x": {"field": "phase", "type": "nominal", "axis": {"title": None, "orient": "top", "labelAngle": 0}},
        "y": {"field": "model", "type": "nominal", "axis": {"title": None}, "sort": None},
    }
    domain = [0, largest or max((float(row["value"] or 0) for row in rows), default=1) or 1]
    colour = {
        "field": "value",
        "type": "quantitative",
        "legend": None,
        "scale": {"domain": domain, "range": ["#deebf7", "#08519c"]},
    }
    missing = {"test": "!isValid(datum.value) || datum.value <= 0", "value": "#B3261E"}
    dark = {"test": f"{missing['test']} || datum.value > {domain[1] * _DARK_FROM}", "value": "white"}
    return {
        "data": {"values": rows},
        "width": 320,
        "height": {"step": 20},
        "layer": [
            _layer({"type": "rect", "stroke": "white"}, **cell, color={"condition": missing, **colour}),
            _layer(
                {"type": "text", "fontSize": 11},
                **cell,
                text={"field": shown, "type": "nominal"},
                color={"condition": dark, "value": "black"},
            ),
        ],
    }


def stacked(rows: Sequence[Row], *, title: str) -> Mapping[str, object]:
    """Return a bar a `model`, of the `value` of each `kind`."""
    kinds = list(dict.fromkeys(str(row["kind"]) for row in rows))
    return {
        "data": {"values": rows},
        "width": 420,
        "height": {"step": 18},
        **_layer(
            {"type": "bar"},
            x={"field": "value", "type": "quantitative", "title": title},
            y={"field": "model", "type": "nominal", "axis": {"title": None}, "sort": None},
            color={
                "field": "kind",
                "type": "nominal",
                "title": None,
                "scale": {"domain": kinds, "range": _PALETTE[: len(kinds)]},
            },
            order={"field": "place", "type": "quantitative"},
        ),
    }


def bars(rows: Sequence[Row], *, title: str) -> Mapping[str, object]:
    """Return a bar a `model`, as long as its `value`."""
    return {
        "data": {"values": rows},
        "width": 420,
        "height": {"step": 18},
        **_layer(
            {"type": "bar", "color": BLUE},
            x={"field": "value", "type": "quantitative", "title": title},
            y={"field": "model", "type": "nominal", "axis": {"title": None}, "sort": None},
        ),
    }


def radar(rows: Sequence[Row], *, axes: Sequence[str], largest: float) -> Mapping[str, object]:
    """Return a small radar a `model`, whose row has a value for each axis; rings at half and whole of `largest`."""
    points = [
        {"model": row["model"], "place": place, **_point(place, len(axes), float(row[name] or 0) / largest)}
        for row in rows
        for place, name in enumerate([*axes, axes[0]])
    ]
    rings = [
        {"ring": ring, "place": place, **_point(place, len(axes), ring)}
        for ring in (0.5, 1.0)
        for place in range(len(axes) + 1)
    ]
    names = [{"name": name.upper(), **_point(place, len(axes), 1.25)} for place, name in enumerate(axes)]
    scale = {"axis": None, "type": "quantitative", "scale": {"domain": [-1.3, 1.3]}}
    where = {"x": {"field": "x", **scale}, "y": {"field": "y", **scale}, "order": {"field": "place"}}
    closed = {"type": "line", "interpolate": "linear-closed"}
    return _small(
        points,
        columns=_RADARS,
        spec={
            "width": 95,
            "height": 95,
            "layer": [
                {
                    "data": {"values": rings},
                    **_layer(
                        {**closed, "color": _INK, **_FAINT},
                        **where,
                        detail={"field": "ring"},
                    ),
                },
                {
                    "data": {"values": names},
                    **_layer({"type": "text", "fontSize": 7}, x=where["x"], y=where["y"], text={"field": "name"}),
                },
                _layer({**closed, "color": BLUE, "fill": BLUE, "fillOpacity": 0.25}, **where),
            ],
        },
    )


def _point(place: int, of: int, radius: float) -> dict[str, float]:
    angle = 2 * math.pi * place / of
    return {"x": round(radius * math.sin(angle), 4), "y": round(radius * math.cos(angle), 4)}


def _small(rows: Sequence[Row], *, columns: int, spec: Mapping[str, object]) -> Mapping[str, object]:
    facet = {"field": "model", "type": "nominal", "header": {"title": None}, "sort": None}
    return {"data": {"values": rows}, "facet": facet, "columns": columns, "spacing": 16, "spec": spec}


def _layer(mark: Mapping[str, object], **encoding: object) -> dict[str, object]:
    return {"mark": mark, "encoding": encoding}


def svg(spec: Mapping[str, object], *, name: str, title: str, description: str) -> str:
    """Return a chart as an SVG element for a page; `name` keeps its ids apart from those of other charts."""
    text = json.dumps({"config": _CONFIG, **spec})
    # Without a base URL a specification gets no data from elsewhere.
    drawn = vl_convert.vegalite_to_svg(text, vl_version="5.20", allowed_base_urls=[])
    opening, _, rest = drawn.partition(">")
    opening += f' role="img" aria-labelledby="{name}-title {name}-description"'
    texts = (
        f'<title id="{name}-title">{html.escape(title)}</title>'
        f'<desc id="{name}-description">{html.escape(description)}</desc>'
    )
    own = _MARKS.sub("", rest).replace(' id="', f' id="{name}-').replace("url(#", f"url(#{name}-")
    return f"{opening}>{texts}{own}"
