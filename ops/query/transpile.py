"""Athena's SQL, as saved queries and views have it, in DuckDB's dialect."""

from datetime import date

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from ops.query.failures import QueryError

ATHENA = "trino"
_DUCKDB = "duckdb"


def to_duckdb(sql: str, *, today: date) -> str:
    """Return the query for DuckDB; `today` is its `current_date`. Raises `QueryError` where it cannot be parsed."""
    try:
        query = sqlglot.parse_one(sql, dialect=ATHENA)
    except (ParseError, TokenError) as error:
        raise QueryError(f"SYNTAX_ERROR: {str(error).splitlines()[0]}") from None
    for now in [*query.find_all(exp.CurrentDate)]:
        now.replace(exp.cast(exp.Literal.string(str(today)), exp.DType.DATE))
    for shown in query.find_all(exp.TimeToStr):
        # sqlglot leaves MySQL's ISO week, whose name in DuckDB is another.
        shown.set("format", exp.Literal.string(shown.args["format"].name.replace("%v", "%V")))
    return query.sql(dialect=_DUCKDB)
