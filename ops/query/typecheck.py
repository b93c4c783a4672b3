"""Athena's type rules, which DuckDB does not have: it would compare text with a date by converting one of them."""

from collections.abc import Callable, Iterable
from typing import Final

from sqlglot import exp

from ops.query.dialect import ARRAYS, BOOLEAN, FUNCTIONS, NUMBERS, TEXT, TIMES
from ops.query.failures import QueryError, refused, type_mismatch
from ops.query.typenames import dtype, is_decimal, shown, type_name

_OPERATORS: Final[dict[type[exp.Expr], str]] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Mod: "%",
}
_COMPARISONS: Final = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)
_ARITHMETIC: Final = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)
_BESIDE_DOUBLES: Final = (*_COMPARISONS, *_ARITHMETIC, exp.Between, exp.In)
# What Athena compares with one another; numbers and times have an order across their types.
_FAMILIES: Final = (NUMBERS, TEXT, TIMES, BOOLEAN)


def check_types(query: exp.Expr) -> None:
    """Raise `QueryError` for an expression of an annotated query whose types Athena refuses."""
    # The innermost first: what is wrong in it has no type for what is around it.
    for node in reversed([*query.walk()]):
        for kinds, check in _CHECKS:
            if isinstance(node, kinds):
                check(node)
        if (arguments := FUNCTIONS.get(type(node))) is not None:
            _check_arguments(node, arguments)


def _comparable(values: Iterable[exp.Expr]) -> bool:
    kinds = {dtype(value) for value in values if not isinstance(value.unnest(), exp.Null)}
    return any(kinds <= family for family in _FAMILIES)


def _check_comparison(node: exp.Expr) -> None:
    left, right = node.this, node.expression
    if not _comparable((left, right)):
        raise _cannot_apply(node)


def _check_arithmetic(node: exp.Expr) -> None:
    left, right = (dtype(side) for side in (node.this, node.expression))
    numeric = {left, right} <= NUMBERS
    shift = left in TIMES and right is exp.DType.INTERVAL and isinstance(node, exp.Add | exp.Sub)
    if not numeric and not shift:
        raise _cannot_apply(node)


def _cannot_apply(node: exp.Expr) -> Exception:
    operator = _OPERATORS[type(node)]
    sides = f"{type_name(node.this)} {operator} {type_name(node.expression)}"
    return type_mismatch(shown(node), f"Cannot apply operator: {sides}")


def _check_between(node: exp.Expr) -> None:
    low, high = node.args["low"], node.args["high"]
    if not (_comparable((node.this, low)) and _comparable((node.this, high))):
        names = f"{type_name(node.this)} is BETWEEN {type_name(low)} and {type_name(high)}"
        raise type_mismatch(shown(node), f"Cannot check if {names}")


def _check_in(node: exp.Expr) -> None:
    query = node.args.get("query")
    items = node.expressions if query is None else [query.unnest().selects[0]]
    if not _comparable((node.this, *items)):
        names = ", ".join(dict.fromkeys(type_name(item) for item in items))
        found = f"value type {type_name(node.this)}, items {names}"
        raise type_mismatch(shown(node), f"IN value and list items must be the same type: {found}")


def _check_common(node: exp.Expr) -> None:
    values: list[exp.Expr] = [node.this, *node.expressions]
    if isinstance(node, exp.Case):
        values = [branch.args["true"] for branch in node.args["ifs"]]
        values += [node.args["default"]] if node.args.get("default") else []
        subject = node.this
        if subject and not _comparable((subject, *(branch.this for branch in node.args["ifs"]))):
            raise type_mismatch(shown(node), "CASE operand type does not match WHEN clause operand type")
    elif isinstance(node, exp.If):
        values = [node.args["true"], *([node.args["false"]] if node.args.get("false") else [])]
    elif isinstance(node, exp.Nullif):
        values = [node.this, node.expression]
    kept = [value for value in values if not isinstance(value.unnest(), exp.Null)]
    if not _comparable(kept):
        names = ", ".join(type_name(value) for value in kept)
        raise type_mismatch(shown(node), f"All operands must be the same type: {names}")


def _check_conditions(node: exp.Expr) -> None:
    conditions: list[exp.Expr | None] = [node.this]
    if isinstance(node, exp.And | exp.Or):
        conditions.append(node.expression)
    elif isinstance(node, exp.Join):
        conditions = [node.args.get("on")]
    elif isinstance(node, exp.If) and isinstance(node.parent, exp.Case) and node.parent.this:
        conditions = []
    for condition in conditions:
        if condition and not isinstance(condition.unnest(), exp.Null) and dtype(condition) not in BOOLEAN:
            actual = type_name(condition)
            raise type_mismatch(shown(node), f"a condition must evaluate to a boolean (actual: {actual})")


def _check_text(node: exp.Expr) -> None:
    pattern = node.expression.this if isinstance(node.expression, exp.Escape) else node.expression
    for side in (node.this, pattern):
        if dtype(side) not in TEXT:
            raise type_mismatch(shown(node), f"expected varchar (actual: {type_name(side)})")


def _check_rows(node: exp.Expr) -> None:
    rows = [row.expressions for row in node.expressions] if isinstance(node, exp.Values) else _sides(node)
    for column in zip(*rows, strict=False):
        values = [value.unalias() for value in column]
        if not _comparable(values):
            names = ", ".join(type_name(value) for value in values)
            raise type_mismatch(shown(node), f"column types do not match: {names}")
    if len({len(row) for row in rows}) > 1:
        raise type_mismatch(shown(node), "rows have different numbers of columns")


def _sides(node: exp.Expr) -> list[list[exp.Expr]]:
    return [node.this.unnest().selects, node.expression.unnest().selects]


def _check_unnest(node: exp.Expr) -> None:
    (*others, array) = node.expressions
    if others or dtype(array) not in ARRAYS:
        raise refused(f"{shown(node)}: expected one array")
    if array.type and array.type.expressions[0].is_type(exp.DType.STRUCT):
        # Athena makes a column of each part, DuckDB one column.
        raise refused(f"{shown(node)} of rows")


def _check_decimal(node: exp.Expr) -> None:
    if not is_decimal(node):
        return
    around = node.parent
    while isinstance(around, exp.Neg | exp.Paren):
        around = around.parent
    beside = around.iter_expressions() if isinstance(around, _BESIDE_DOUBLES) else ()
    if exp.DType.DOUBLE not in {dtype(other) for other in beside if not is_decimal(other.unnest())}:
        raise refused(f"{node.name} is a DECIMAL in Athena; write {node.name}E0 for a double")


def _check_distinct(node: exp.Expr) -> None:
    order = node.args.get("order") if node.args.get("distinct") else None
    for ordered in order.expressions if order else ():
        # What is selected is sorted by its alias, which has no table.
        if not isinstance(ordered.this, exp.Column) or ordered.this.table:
            told = "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
            raise QueryError(f"EXPRESSION_NOT_IN_DISTINCT: {shown(ordered)}: {told}")


def _check_arguments(node: exp.Expr, kinds: tuple[frozenset[exp.DType], ...]) -> None:
    values = [value for value in node.iter_expressions() if value is not node.args.get("unit")]
    if isinstance(node, exp.LogicalAnd | exp.LogicalOr | exp.CountIf):
        values = [node.this]
    for at, value in enumerate(values):
        inner = value.expressions[0] if isinstance(value, exp.Distinct) else value
        if isinstance(inner.unnest(), exp.Null):
            raise refused(f"NULL as argument of {shown(node)}")
        if dtype(inner) not in kinds[min(at, len(kinds) - 1)]:
            raise type_mismatch(shown(node), f"Unexpected parameters for function: {type_name(inner)}")


_CHECKS: Final[tuple[tuple[tuple[type[exp.Expr], ...], Callable[[exp.Expr], None]], ...]] = (
    (_COMPARISONS, _check_comparison),
    (_ARITHMETIC, _check_arithmetic),
    ((exp.Between,), _check_between),
    ((exp.In,), _check_in),
    ((exp.Coalesce, exp.Case, exp.If, exp.Nullif), _check_common),
    ((exp.And, exp.Or, exp.Not, exp.Where, exp.Having, exp.Join, exp.If), _check_conditions),
    ((exp.Like, exp.DPipe), _check_text),
    ((exp.Values, exp.Union, exp.Intersect, exp.Except), _check_rows),
    ((exp.Unnest,), _check_unnest),
    ((exp.Select,), _check_distinct),
    ((exp.Literal,), _check_decimal),
)
