"""Athena's SQL as DuckDB's: an annotated and checked query in, one that gives the same answer out."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from ops.query.casts import rewrite_cast
from ops.query.dialect import WHOLE
from ops.query.failures import refused
from ops.query.typenames import dtype, is_decimal, shown

if TYPE_CHECKING:
    from collections.abc import Callable

# sqlglot has turned Athena's specifiers into Python's; DuckDB's week is %V.
_SPECIFIERS: Final = {"v": "V"} | {same: same for same in "YmdHMSGj%"}
_DAYS_UP: Final = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"})
_BELOW_DAYS: Final = frozenset({"HOUR", "MINUTE", "SECOND", "MILLISECOND"})
# Months and more are left out: engines differ at the ends of months.
_DIFFERENCES: Final = frozenset({"DAY", "WEEK", *_BELOW_DAYS})
_ISO_TIME: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?"


def to_duckdb(query: exp.Expr, *, now: datetime) -> str:
    """Return the SQL for DuckDB; `now`, in UTC, stands for the time of the query."""
    rewritten = _Rewriter(now).rewrite(query.copy())
    return rewritten.sql(dialect="duckdb", identify=True)


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def _cast(value: exp.Expr, kind: exp.DType) -> exp.Expr:
    return exp.Cast(this=value, to=exp.DataType(this=kind))


class _Rewriter:
    def __init__(self, now: datetime) -> None:
        self._now = now
        self._handlers: dict[type[exp.Expr], Callable[..., exp.Expr]] = {
            exp.Literal: self._literal,
            exp.CurrentDate: lambda _: _cast(exp.Literal.string(now.date().isoformat()), exp.DType.DATE),
            exp.CurrentTimestamp: self._current_timestamp,
            exp.Div: self._div,
            exp.TimeToStr: self._time_to_str,
            exp.DateTrunc: self._truncate,
            exp.TimestampTrunc: self._truncate,
            exp.DateAdd: self._date_add,
            exp.DateDiff: self._date_diff,
            exp.Add: self._shift,
            exp.Sub: self._shift,
            exp.FromISO8601Timestamp: self._from_iso,
            exp.Cast: rewrite_cast,
            exp.TryCast: rewrite_cast,
            exp.Substring: self._substring,
            exp.ArrayContains: self._contains,
            exp.Bracket: self._element_at,
            exp.Is: self._is,
        }

    def rewrite(self, query: exp.Expr) -> exp.Expr:
        """Rewrite from the leaves up; handlers see their own node as Athena has it, with its type."""
        for node in reversed(list(query.walk())):
            if handler := self._handlers.get(type(node)):
                kind = node.type
                rewritten = handler(node)
                if rewritten is node:
                    continue
                rewritten.type = kind
                if node is query:
                    query = rewritten
                else:
                    node.replace(rewritten)
        for total in [*query.find_all(exp.Sum)]:
            query = self._narrow(query, total)
        return query

    def _literal(self, node: exp.Literal) -> exp.Expr:
        return exp.Literal.number(f"{node.name}E0") if is_decimal(node) else node

    def _current_timestamp(self, _: exp.Expr) -> exp.Expr:
        text = self._now.isoformat(" ", "milliseconds")
        return _cast(exp.Literal.string(text), exp.DType.TIMESTAMPTZ)

    def _div(self, node: exp.Div) -> exp.Expr:
        whole = {dtype(node.this), dtype(node.expression)} <= WHOLE
        return exp.IntDiv(this=node.this, expression=node.expression) if whole else node

    def _narrow(self, query: exp.Expr, total: exp.Sum) -> exp.Expr:
        """Cast a sum of whole numbers, which DuckDB widens, back to what Athena has, which may overflow."""
        if dtype(total) not in WHOLE:
            return query
        outer: exp.Expr = total
        while isinstance(outer.parent, exp.Filter | exp.Window) and outer.parent.this is outer:
            outer = outer.parent
        if outer is query:
            return _cast(outer, exp.DType.BIGINT)
        place = exp.null()
        outer.replace(place)
        place.replace(_cast(outer, exp.DType.BIGINT))
        return query

    def _time_to_str(self, node: exp.TimeToStr) -> exp.Expr:
        text = node.args["format"]
        if not isinstance(text, exp.Literal) or not text.is_string:
            raise refused(f"format that is no literal in {shown(node)}")
        specifiers = re.findall(r"%(.?)", text.name)
        if unknown := [found for found in specifiers if found not in _SPECIFIERS]:
            raise refused(f"%{unknown[0]} in {shown(node)}")
        form = re.sub(r"%(.)", lambda match: f"%{_SPECIFIERS[match[1]]}", text.name)
        return _call("STRFTIME", node.this, exp.Literal.string(form))

    def _truncate(self, node: exp.DateTrunc | exp.TimestampTrunc) -> exp.Expr:
        unit = self._unit(node, node.this, _DAYS_UP, _BELOW_DAYS - {"MILLISECOND"})
        truncated = _call("DATE_TRUNC", exp.Literal.string(unit), node.this)
        return _cast(truncated, dtype(node.this))

    def _date_add(self, node: exp.DateAdd) -> exp.Expr:
        unit = self._unit(node, node.this, _DAYS_UP, _BELOW_DAYS)
        one = exp.Interval(this=exp.Literal.string("1"), unit=exp.var(unit))
        many = exp.Mul(this=exp.Paren(this=node.expression), expression=one)
        return _cast(exp.Add(this=node.this, expression=many), dtype(node.this))

    def _date_diff(self, node: exp.DateDiff) -> exp.Expr:
        if dtype(node.this) is not dtype(node.expression):
            raise refused(f"different types in {shown(node)}")
        unit = self._unit(node, node.this, _DIFFERENCES & _DAYS_UP, _BELOW_DAYS)
        # DuckDB's date_diff counts boundaries, its date_sub whole units as Athena's date_diff does.
        return _call("DATE_SUB", exp.Literal.string(unit), node.expression, node.this)

    def _shift(self, node: exp.Add | exp.Sub) -> exp.Expr:
        if not isinstance(node.expression, exp.Interval):
            return node
        self._unit(node.expression, node.this, _DAYS_UP, _BELOW_DAYS)
        # DuckDB makes a timestamp of a date.
        return _cast(type(node)(this=node.this, expression=node.expression), dtype(node.this))

    def _unit(self, node: exp.Expr, value: exp.Expr, large: frozenset[str], small: frozenset[str]) -> str:
        """Return the node's unit; a date takes none below days."""
        unit = node.args["unit"].name.upper() if node.args.get("unit") else ""
        if unit not in (large if dtype(value) is exp.DType.DATE else large | small):
            raise refused(f"unit {unit or 'missing'} in {shown(node)}")
        return unit

    def _from_iso(self, node: exp.FromISO8601Timestamp) -> exp.Expr:
        text = node.this
        matches = _call("REGEXP_FULL_MATCH", text.copy(), exp.Literal.string(_ISO_TIME))
        # Athena keeps milliseconds.
        read = _call("DATE_TRUNC", exp.Literal.string("millisecond"), _cast(text.copy(), exp.DType.TIMESTAMPTZ))
        message = exp.Literal.string("INVALID_FUNCTION_ARGUMENT: no ISO 8601 timestamp: ")
        failure = _call("ERROR", exp.DPipe(this=message, expression=text.copy()))
        case = exp.Case().when(exp.Is(this=text.copy(), expression=exp.null()), exp.null())
        return case.when(matches, read).else_(failure)

    def _substring(self, node: exp.Substring) -> exp.Expr:
        start = node.args.get("start")
        if not isinstance(start, exp.Literal) or int(start.name) < 1:
            raise refused(f"start that is not a literal from 1 in {shown(node)}")
        return node

    def _contains(self, node: exp.ArrayContains) -> exp.Expr:
        """An array with a NULL but without the value gives NULL in Athena, false in DuckDB."""
        array, found = node.this, _call("LIST_CONTAINS", node.this.copy(), node.expression)
        has_null = exp.NEQ(this=_call("LEN", array.copy()), expression=_call("LIST_COUNT", array.copy()))
        unknown = exp.and_(exp.Not(this=found.copy()), has_null)
        return exp.Case().when(unknown, exp.null()).else_(found)

    def _element_at(self, node: exp.Bracket) -> exp.Expr:
        (index,) = node.expressions
        if not isinstance(index.unnest(), exp.Literal | exp.Neg) or index.name == "0":
            raise refused(f"index that is no literal in {shown(node)}")
        return node

    def _is(self, node: exp.Is) -> exp.Expr:
        if not isinstance(node.expression, exp.Null):
            raise refused(f"IS {shown(node.expression)}")
        return node
