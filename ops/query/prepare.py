"""From the text of a query to a tree: views expanded, names resolved, every type known and checked."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError, ParseError, TokenError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema
from sqlglot.tokenizer_core import TokenType

from ops.query.catalog import Catalog, Table, View
from ops.query.dialect import refuse_unknown, typing
from ops.query.failures import QueryError, refused
from ops.query.hive import trino_type
from ops.query.typecheck import check_types

_DIALECT = "trino"
_DATA_CATALOG = "awsdatacatalog"
_DEEPEST_VIEW = 8

# It would warn of what is refused anyway, on a line of its own.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A query that is ready to be pruned and translated."""

    query: exp.Query
    columns: tuple[str, ...]
    """Names of the answer's columns, as Athena has them."""
    tables: Mapping[str, Table]
    needed: Mapping[str, frozenset[str]]
    """The columns, partition keys included, that the query reads of each table."""


def prepare(sql: str, parameters: Sequence[str], catalog: Catalog) -> Prepared:
    """Return the query; raise `QueryError` where Athena refuses it, or DuckDB is not known to answer alike."""
    query = _parse(bind(sql, parameters))
    names = _column_names(query)
    query = normalize_identifiers(query, dialect=_DIALECT)
    tables: dict[str, Table] = {}
    query = _expand(query, catalog, tables, depth=0)
    schema = MappingSchema(
        {
            table.name: {
                name: exp.DataType.build(trino_type(kind), dialect=_DIALECT)
                for name, kind in {**table.columns, **table.partition_keys}.items()
            }
            for table in tables.values()
        },
        dialect=_DIALECT,
    )
    query = _resolve(query, schema)
    check_types(query)
    # Athena reads no column that the answer does not need, so neither may its bad values matter here.
    query = annotate(pushdown_projections(query), schema)
    columns = tuple(name or select.alias_or_name for name, select in _paired(names, query.selects))
    return Prepared(query=query, columns=columns, tables=tables, needed=_needed(query, tables))


def bind(sql: str, parameters: Sequence[str]) -> str:
    """Return the SQL with a parameter, a literal, for each `?`; raise `QueryError` unless the numbers agree."""
    try:
        tokens = sqlglot.tokenize(sql, read=_DIALECT)
    except TokenError as error:
        raise QueryError(f"SYNTAX_ERROR: {error}") from None
    places = [token for token in tokens if token.token_type is TokenType.PLACEHOLDER]
    if len(places) != len(parameters):
        numbers = f"expected {len(places)} but found {len(parameters)}"
        raise QueryError(f"INVALID_PARAMETER_USAGE: Incorrect number of parameters: {numbers}")
    for place, parameter in reversed([*zip(places, parameters, strict=True)]):
        sql = sql[: place.start] + parameter + sql[place.end + 1 :]
    return sql


def annotate(query: exp.Query, schema: MappingSchema) -> exp.Query:
    """Return the query with Athena's type on every node."""
    return annotate_types(query, schema=schema, dialect=_DIALECT, expression_metadata=typing())


def _parse(sql: str) -> exp.Query:
    try:
        statements = [statement for statement in sqlglot.parse(sql, read=_DIALECT) if statement]
    except (ParseError, TokenError) as error:
        raise QueryError(f"SYNTAX_ERROR: {_first(error)}") from None
    if len(statements) != 1:
        raise QueryError("SYNTAX_ERROR: Only one sql statement is allowed")
    (query,) = statements
    if not isinstance(query, exp.Select | exp.SetOperation):
        raise refused(f"{type(query).__name__.upper()}, expected SELECT")
    refuse_unknown(query)
    return query


def _first(error: ParseError | TokenError) -> str:
    if isinstance(error, ParseError) and error.errors:
        found = error.errors[0]
        # The rest is a token as sqlglot's authors see it.
        what = found["description"].partition(" but got <Token")[0]
        return f"line {found['line']}:{found['col']}: {what}"
    return str(error).splitlines()[0]


def _column_names(query: exp.Query) -> list[str | None]:
    """Return the columns' names as they are written; None where a star stands for several."""
    names: list[str | None] = []
    for at, select in enumerate(query.selects):
        if select.is_star:
            return []
        named = isinstance(select, exp.Alias | exp.Column | exp.Dot)
        names.append(select.alias_or_name if named else f"_col{at}")
    return names


def _paired(names: Sequence[str | None], selects: Sequence[exp.Expr]) -> list[tuple[str | None, exp.Expr]]:
    given = names or [None] * len(selects)
    return [*zip(given, selects, strict=True)]


def _expand(query: exp.Query, catalog: Catalog, tables: dict[str, Table], *, depth: int) -> exp.Query:
    """Replace each view by its query, and collect the tables."""
    if depth > _DEEPEST_VIEW:
        raise refused("views within views without end")
    for source in [source for scope in traverse_scope(query) for source in scope.sources.values()]:
        if not isinstance(source, exp.Table):
            continue
        if source.db not in ("", catalog.database) or source.catalog not in ("", _DATA_CATALOG):
            raise refused(f"{source.sql(dialect=_DIALECT)} outside of {catalog.database}")
        found = catalog.find(source.name)
        source.set("db", None)
        source.set("catalog", None)
        if isinstance(found, Table):
            tables[found.name] = found
        else:
            inner = _expand(_view_query(found), catalog, tables, depth=depth + 1)
            alias = source.args.get("alias") or exp.TableAlias(this=exp.to_identifier(source.name))
            source.replace(exp.Subquery(this=inner, alias=alias))
    return query


def _view_query(view: View) -> exp.Query:
    query = normalize_identifiers(_parse(view.sql), dialect=_DIALECT)
    names = [select.alias_or_name for select in query.selects]
    if not any(select.is_star for select in query.selects) and names != list(view.columns):
        raise QueryError(f"VIEW_IS_STALE: view {view.name} was declared with other columns than its query has")
    return query


def _resolve(query: exp.Query, schema: MappingSchema) -> exp.Query:
    """Return the query with every column qualified and typed."""
    try:
        query = qualify(query, schema=schema, dialect=_DIALECT, quote_identifiers=False, expand_alias_refs=False)
    except OptimizeError as error:
        raise QueryError(f"COLUMN_NOT_FOUND: {str(error).splitlines()[0]}") from None
    for column in query.find_all(exp.Column):
        # Athena knows an alias only where it sorts.
        if not column.table and not column.is_star and not column.find_ancestor(exp.Order):
            raise QueryError(f"COLUMN_NOT_FOUND: Column '{column.name}' cannot be resolved")
    return annotate(query, schema)


def _needed(query: exp.Query, tables: Mapping[str, Table]) -> Mapping[str, frozenset[str]]:
    needed: dict[str, set[str]] = {name: set() for name in tables}
    for scope in traverse_scope(query):
        for column in scope.columns:
            owner: Scope | None = scope
            while owner and column.table not in owner.sources:
                owner = owner.parent
            source = owner.sources[column.table] if owner and column.table else None
            if isinstance(source, exp.Table):
                needed[source.name].add(column.name)
    return {name: frozenset(columns) for name, columns in needed.items()}
