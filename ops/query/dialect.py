"""The part of Athena's SQL that DuckDB is known to answer alike, and the types that Athena gives it.

A list of what is allowed, because a function that exists in both may still differ: what is not here is refused.
"""

from typing import Final

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.typing import ExprMetadataType

from ops.query.failures import refused

NUMBERS: Final = frozenset({exp.DType.INT, exp.DType.BIGINT, exp.DType.DOUBLE})
WHOLE: Final = frozenset({exp.DType.INT, exp.DType.BIGINT})
TEXT: Final = frozenset({exp.DType.VARCHAR})
TIMES: Final = frozenset({exp.DType.DATE, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ})
BOOLEAN: Final = frozenset({exp.DType.BOOLEAN})
ARRAYS: Final = frozenset({exp.DType.ARRAY})
SCALARS: Final = NUMBERS | TEXT | TIMES | BOOLEAN

# What has no type of its own.
_STRUCTURE: Final = (
    *(
        exp.Select,
        exp.From,
        exp.Join,
        exp.Where,
        exp.Group,
        exp.Having,
        exp.Order,
        exp.Ordered,
        exp.Limit,
        exp.Offset,
    ),
    *(exp.Subquery, exp.With, exp.CTE, exp.Union, exp.Intersect, exp.Except, exp.Values, exp.Tuple, exp.Unnest),
    *(exp.Table, exp.TableAlias, exp.Identifier, exp.Star, exp.Distinct, exp.Escape, exp.Var, exp.WindowSpec),
    *(exp.DataType, exp.DataTypeParam, exp.ColumnDef),
)
_TYPED: Final = (
    *(exp.Alias, exp.Paren, exp.Column, exp.Dot, exp.Literal, exp.Boolean, exp.Null, exp.Interval, exp.Neg),
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe, exp.Cast, exp.TryCast),
    *(exp.And, exp.Or, exp.Not, exp.Is, exp.Like, exp.In, exp.Between, exp.Exists, exp.Bracket),
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ),
    *(exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Count, exp.Filter, exp.Window, exp.CurrentDate),
)
# Kinds of each function's arguments, in their order; the last kind holds for all that follow.
FUNCTIONS: Final[dict[type[exp.Expr], tuple[frozenset[exp.DType], ...]]] = {
    **dict.fromkeys((exp.Lower, exp.Upper, exp.Length, exp.Concat, exp.StartsWith), (TEXT,)),
    **dict.fromkeys((exp.StrPosition, exp.FromISO8601Timestamp), (TEXT,)),
    exp.Substring: (TEXT, WHOLE),
    **dict.fromkeys((exp.Abs, exp.Sum, exp.Avg, exp.Stddev, exp.StddevSamp, exp.StddevPop), (NUMBERS,)),
    **dict.fromkeys((exp.Variance, exp.VariancePop), (NUMBERS,)),
    exp.Round: (NUMBERS, WHOLE),
    **dict.fromkeys((exp.Floor, exp.Ceil), (frozenset({exp.DType.DOUBLE}),)),
    **dict.fromkeys((exp.Min, exp.Max), (SCALARS,)),
    **dict.fromkeys((exp.CountIf, exp.LogicalAnd, exp.LogicalOr), (BOOLEAN,)),
    **dict.fromkeys((exp.Year, exp.Month, exp.Day, exp.WeekOfYear, exp.DayOfWeekIso), (TIMES,)),
    **dict.fromkeys((exp.DateTrunc, exp.TimestampTrunc), (TIMES,)),
    exp.TimeToStr: (frozenset({exp.DType.DATE, exp.DType.TIMESTAMP}), TEXT),
    exp.DateAdd: (TIMES, WHOLE),
    exp.DateDiff: (TIMES,),
    exp.ArraySize: (ARRAYS,),
    exp.ArrayContains: (ARRAYS, SCALARS),
    **dict.fromkeys((exp.RowNumber, exp.Rank, exp.DenseRank, exp.CurrentTimestamp), ()),
    **dict.fromkeys((exp.Lag, exp.Lead), (SCALARS, WHOLE)),
    **dict.fromkeys((exp.FirstValue, exp.LastValue), (SCALARS,)),
}
# Where sqlglot knows no type, or another one than Athena's.
_RETURNS: Final[dict[type[exp.Expr], exp.DType]] = {
    **dict.fromkeys((exp.Year, exp.Month, exp.Day, exp.WeekOfYear, exp.DayOfWeekIso, exp.DateDiff), exp.DType.BIGINT),
    **dict.fromkeys((exp.RowNumber, exp.Rank, exp.DenseRank, exp.ArraySize, exp.CountIf), exp.DType.BIGINT),
    **dict.fromkeys((exp.FromISO8601Timestamp, exp.CurrentTimestamp), exp.DType.TIMESTAMPTZ),
    **dict.fromkeys((exp.LogicalAnd, exp.LogicalOr, exp.ArrayContains, exp.StartsWith), exp.DType.BOOLEAN),
    **dict.fromkeys((exp.Lower, exp.Upper, exp.Concat, exp.DPipe, exp.Substring), exp.DType.VARCHAR),
    **dict.fromkeys((exp.StrPosition, exp.Length), exp.DType.BIGINT),
    exp.TimeToStr: exp.DType.VARCHAR,
    exp.CurrentDate: exp.DType.DATE,
}
_ALLOWED: Final = frozenset({*_STRUCTURE, *_TYPED, *FUNCTIONS})
_JOINS: Final = frozenset({"", "INNER", "CROSS", "OUTER"})
# Arguments that change what a node means, and have no node class of their own.
_NOT_IN: Final[dict[type[exp.Expr], tuple[str, ...]]] = {
    exp.Select: ("kind", "operation_modifiers"),
    exp.Star: ("except_", "replace", "rename"),
    exp.Distinct: ("on",),
    exp.Join: ("method", "hint", "match_condition", "global_"),
    exp.Table: ("version", "when", "pattern", "sample", "pivots", "only", "partition", "rows_from"),
    exp.Unnest: ("offset",),
    exp.Group: ("all", "totals"),
    exp.With: ("recursive",),
    exp.CTE: ("materialized",),
    exp.WindowSpec: ("exclude",),
    exp.Window: ("first",),
    exp.Values: ("order", "limit"),
    **dict.fromkeys((exp.Union, exp.Intersect, exp.Except), ("by_name", "side", "kind", "on")),
    **dict.fromkeys((exp.Min, exp.Max), ("expressions",)),
    **dict.fromkeys((exp.Cast, exp.TryCast), ("format", "action", "default")),
    exp.StrPosition: ("position", "occurrence"),
    exp.CurrentTimestamp: ("this",),
}


def typing() -> ExprMetadataType:
    """Return how sqlglot finds the type of each node that may occur."""
    known = {kind: spec for kind, spec in Trino.EXPRESSION_METADATA.items() if kind in _ALLOWED}
    known[exp.TimestampTrunc] = known[exp.DateTrunc]
    return {**known, **{kind: {"returns": returns} for kind, returns in _RETURNS.items()}}


def refuse_unknown(query: exp.Expr) -> None:
    """Raise `QueryError` for the first thing in the query that DuckDB is not known to answer as Athena does."""
    for node in query.walk():
        kind = type(node)
        if kind not in _ALLOWED:
            name = node.name if isinstance(node, exp.Anonymous) else kind.__name__
            raise refused(f"{name} in {_shown(node)}")
        for argument in _NOT_IN.get(kind, ()):
            if node.args.get(argument):
                raise refused(f"{argument.strip('_')} in {_shown(node)}")
        if isinstance(node, exp.Join) and node.kind not in _JOINS:
            raise refused(f"{node.kind} JOIN")
        if isinstance(node, exp.Distinct) and len(node.expressions) > 1:
            raise refused(f"DISTINCT of several values in {_shown(node)}")
        if isinstance(node, exp.Bracket) and not node.args.get("safe"):
            # Athena fails beyond the array's end, DuckDB answers NULL.
            raise refused(f"subscript {_shown(node)}: element_at is alike in both")


def _shown(node: exp.Expr) -> str:
    return " ".join(node.sql(dialect="trino").split())
