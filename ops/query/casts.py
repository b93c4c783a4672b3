"""Casts: Athena and DuckDB read text and round halves differently, so each pair of types is spelled out."""

import re
from typing import Final

from sqlglot import exp

from ops.query.dialect import NUMBERS, WHOLE
from ops.query.failures import refused
from ops.query.typenames import dtype, shown

_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIMESTAMP: Final = re.compile(rf"{_DATE}( [0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]{{1,3}})?)?)?")
# Text that both read alike; Athena's other spellings of a double, such as Infinity, are left out.
_READABLE: Final = {
    exp.DType.DATE: _DATE,
    exp.DType.BIGINT: "[+-]?[0-9]+",
    exp.DType.INT: "[+-]?[0-9]+",
    exp.DType.DOUBLE: r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?",
}
_ALIKE: Final = frozenset(
    {
        *((start, end) for start in WHOLE for end in NUMBERS | {exp.DType.VARCHAR}),
        *((kind, kind) for kind in (exp.DType.VARCHAR, exp.DType.DOUBLE, exp.DType.BOOLEAN, exp.DType.DATE)),
        (exp.DType.BOOLEAN, exp.DType.VARCHAR),
        (exp.DType.DATE, exp.DType.VARCHAR),
        (exp.DType.DATE, exp.DType.TIMESTAMP),
        (exp.DType.TIMESTAMP, exp.DType.TIMESTAMP),
        (exp.DType.TIMESTAMP, exp.DType.DATE),
        (exp.DType.TIMESTAMPTZ, exp.DType.DATE),
        (exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMP),
    }
)


def rewrite_cast(node: exp.Cast) -> exp.Expr:
    """Return what casts in DuckDB as Athena does; raise `QueryError` for a pair of types that it cannot."""
    start, end = (exp.DType.VARCHAR if isinstance(node.this, exp.Null) else dtype(node.this)), node.to.this
    if node.to.expressions and end is not exp.DType.TIMESTAMP:
        raise refused(f"length or precision in {shown(node)}")
    to = exp.DataType(this=end)
    literal = node.this.name if isinstance(node.this, exp.Literal) and node.this.is_string else None
    if end is exp.DType.TIMESTAMP and literal and _TIMESTAMP.fullmatch(literal):
        return type(node)(this=node.this, to=to)
    if end is exp.DType.DATE and literal and re.fullmatch(_DATE, literal):
        return type(node)(this=node.this, to=to)
    if (start, end) in _ALIKE or isinstance(node.this, exp.Null):
        return type(node)(this=node.this, to=to)
    if start is exp.DType.DOUBLE and end in WHOLE:
        # Athena rounds halves away from zero, DuckDB's cast to even.
        return type(node)(this=exp.Anonymous(this="ROUND", expressions=[node.this]), to=to)
    if start is exp.DType.VARCHAR and end in _READABLE:
        return _read(node, to)
    raise refused(shown(node))


def _read(node: exp.Cast, to: exp.DataType) -> exp.Expr:
    text, pattern = node.this, exp.Literal.string(_READABLE[exp.DType(to.this)])
    matches = exp.Anonymous(this="REGEXP_FULL_MATCH", expressions=[text.copy(), pattern])
    case = exp.Case().when(exp.Is(this=text.copy(), expression=exp.null()), exp.null())
    case = case.when(matches, type(node)(this=text.copy(), to=to))
    if isinstance(node, exp.TryCast):
        return case
    message = exp.Literal.string(f"INVALID_CAST_ARGUMENT: {shown(node)}: cannot be read: ")
    failure = exp.Anonymous(this="ERROR", expressions=[exp.DPipe(this=message, expression=text.copy())])
    return case.else_(failure)
