"""Types of Glue columns: sqlglot parses them and spells them for DuckDB; Arrow holds their values."""

import pyarrow as pa
from sqlglot import exp
from sqlglot.errors import ParseError

from ops.query.failures import refused

_ARROW = {
    exp.DType.TEXT: pa.string(),
    exp.DType.BIGINT: pa.int64(),
    exp.DType.INT: pa.int32(),
    exp.DType.DOUBLE: pa.float64(),
    exp.DType.BOOLEAN: pa.bool_(),
    exp.DType.DATE: pa.date32(),
    exp.DType.TIMESTAMP: pa.timestamp("us"),
}


def parse_type(text: str) -> exp.DataType:
    """Return the type that a Glue column declares; raise `QueryError` for one that is not read locally."""
    try:
        kind = exp.DataType.build(text.lower(), dialect="hive")
        arrow_type(kind)
    except (ParseError, KeyError):
        raise refused(f"column type {text!r}") from None
    return kind


def arrow_type(kind: exp.DataType) -> pa.DataType:
    """Return the type that holds the column's values; raise `KeyError` for one that none does."""
    if kind.this is exp.DType.ARRAY:
        return pa.list_(arrow_type(kind.expressions[0]))
    if kind.this is exp.DType.STRUCT:
        return pa.struct([pa.field(part.name, arrow_type(part.kind)) for part in kind.expressions])
    return _ARROW[kind.this]
