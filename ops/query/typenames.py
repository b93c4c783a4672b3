"""The types of a query's values, and what Athena's messages call them."""

from typing import Final

from sqlglot import exp

from ops.query.failures import refused

_NAMES: Final = {
    exp.DType.INT: "integer",
    exp.DType.TIMESTAMP: "timestamp(3)",
    exp.DType.TIMESTAMPTZ: "timestamp(3) with time zone",
    exp.DType.INTERVAL: "interval",
}


def dtype(node: exp.Expr) -> exp.DType:
    """Return the type of a value; raise `QueryError` where it has none, since then nothing can be checked."""
    kind = node.type.this if node.type else exp.DType.UNKNOWN
    if kind is exp.DType.UNKNOWN:
        raise refused(f"type of {shown(node)} is not known")
    return exp.DType(kind)


def type_name(node: exp.Expr) -> str:
    """Return the type as Athena's messages name it: a literal's with its length."""
    literal = node.unnest()
    if isinstance(literal, exp.Null):
        return "unknown"
    if isinstance(literal, exp.Literal) and literal.is_string:
        return f"varchar({len(literal.name)})"
    if is_decimal(literal):
        digits, fraction = literal.name.replace(".", "").lstrip("0"), literal.name.partition(".")[2]
        return f"decimal({max(len(digits), len(fraction), 1)},{len(fraction)})"
    kind = dtype(node)
    if kind in (exp.DType.ARRAY, exp.DType.STRUCT) and node.type:
        return node.type.sql(dialect="trino").lower().replace("struct(", "row(")
    return _NAMES.get(kind, kind.value.lower())


def is_decimal(node: exp.Expr) -> bool:
    """Return whether this is a literal such as 8.5, which is exact in Athena; 8.5E0 is a double."""
    return isinstance(node, exp.Literal) and not node.is_string and "." in node.name and "E" not in node.name.upper()


def shown(node: exp.Expr) -> str:
    """Return the SQL of a node in one line."""
    return " ".join(node.sql(dialect="trino").split())
