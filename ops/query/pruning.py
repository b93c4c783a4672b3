"""Which partitions a query can need: those that its WHERE does not rule out, through views and subqueries too.

A condition is used only where dropping the rows that fail it cannot change the answer. What is not understood rules
out nothing. DuckDB itself evaluates the conditions, translated as in the query, over the projected values.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

import duckdb
from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

from ops.query.catalog import Table
from ops.query.failures import QueryError
from ops.query.hive import trino_type
from ops.query.prepare import Prepared
from ops.query.projection import projected_values
from ops.query.rewrite import to_duckdb

Values = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Partitions:
    """A table's projected values by key, and the combinations of them that a query needs, in the keys' order."""

    projected: Mapping[str, Values]
    needed: frozenset[Values]


def needed_partitions(prepared: Prepared, *, now: datetime) -> Mapping[str, Partitions]:
    """Return the partitions of each table, by its name; a table without keys has the empty combination."""
    conditions: dict[str, list[list[exp.Expr]]] = {name: [] for name in prepared.tables}
    for name, found in _Conditions(prepared.tables, now).of(prepared.query):
        conditions[name].append(found)
    return {name: _evaluate(table, conditions[name], now=now) for name, table in prepared.tables.items()}


class _Conditions:
    """Finds, for each place where a query names a table, the conditions on its partition keys."""

    def __init__(self, tables: Mapping[str, Table], now: datetime) -> None:
        self._tables = tables
        self._now = now

    def of(self, query: exp.Query) -> Iterator[tuple[str, list[exp.Expr]]]:
        """Yield each place's table and conditions; all of them must hold."""
        scopes = traverse_scope(query)
        derived = {id(source) for scope in scopes for source in _derived(scope).values()}
        for scope in scopes:
            # A derived table is reached through the query that holds it, with that one's conditions.
            if id(scope) not in derived:
                yield from self._visit(scope, [])

    def _visit(self, scope: Scope, inherited: Sequence[exp.Expr]) -> Iterator[tuple[str, list[exp.Expr]]]:
        select = scope.expression
        if not isinstance(select, exp.Select):
            return
        usable = [it for it in (*_conjuncts(select), *inherited) if not it.find(exp.Query, exp.AggFunc, exp.Window)]
        if any(join.side for join in select.args.get("joins") or []):
            # An outer join makes rows of NULLs where a partition is left out; such a row must not pass.
            usable = [condition for condition in usable if not self._passes_nulls(condition)]
        for alias, source in scope.sources.items():
            about = [condition for condition in usable if _tables_of(condition) == {alias}]
            if isinstance(source, exp.Table):
                keys = self._tables[source.name].partition_keys
                yield source.name, [it for it in about if _columns_of(it) <= keys.keys()]
            elif alias in _derived(scope):
                inner = source.expression
                if isinstance(inner, exp.Select) and _keeps_rows(inner):
                    yield from self._visit(source, [_through(it, inner) for it in about])
                else:
                    yield from self._visit(source, [])

    def _passes_nulls(self, condition: exp.Expr) -> bool:
        nulls = exp.Paren(this=condition.copy())
        for column in [*nulls.find_all(exp.Column)]:
            null = exp.Cast(this=exp.null(), to=column.type)
            null.type = column.type
            column.replace(null)
        (passes,) = _run(f"SELECT ({to_duckdb(nulls, now=self._now)}) IS TRUE")[0]
        return bool(passes)


def _conjuncts(select: exp.Select) -> list[exp.Expr]:
    where = select.args.get("where")
    if not where:
        return []
    return [*where.this.flatten()] if isinstance(where.this, exp.And) else [where.this]


def _derived(scope: Scope) -> dict[str, Scope]:
    """Return the subqueries that a scope selects from; what a WITH names is shared, and not among them."""
    return {
        alias: source
        for alias, source in scope.sources.items()
        if isinstance(source, Scope) and source.is_derived_table and isinstance(source.expression, exp.Select)
    }


def _keeps_rows(select: exp.Select) -> bool:
    """Return whether a condition on the subquery's rows is one on the rows it reads."""
    clauses = ("group", "having", "distinct", "limit", "offset")
    computed = any(column.find(exp.AggFunc, exp.Window, exp.Query) for column in select.selects)
    return not computed and not any(select.args.get(clause) for clause in clauses)


def _through(condition: exp.Expr, select: exp.Select) -> exp.Expr:
    """Return the condition in terms of what the subquery's columns are computed from."""
    computed = {column.alias_or_name: column.unalias() for column in select.selects}

    def substitute(node: exp.Expr) -> exp.Expr:
        if not isinstance(node, exp.Column):
            return node
        inner = exp.Paren(this=computed[node.name].copy())
        inner.type = computed[node.name].type
        return inner

    return condition.copy().transform(substitute)


def _tables_of(condition: exp.Expr) -> set[str]:
    return {column.table for column in condition.find_all(exp.Column)}


def _columns_of(condition: exp.Expr) -> set[str]:
    return {column.name for column in condition.find_all(exp.Column)}


def _evaluate(table: Table, places: Sequence[Sequence[exp.Expr]], *, now: datetime) -> Partitions:
    keys = table.partition_keys
    projected = {key: projected_values(key, table.projection, now=now) for key in keys}
    if not keys or not all(places):
        return Partitions(projected=projected, needed=frozenset(product(*projected.values())))
    needed = {" AND ".join(f"({to_duckdb(_unqualified(it), now=now)})" for it in place) for place in places}
    values = ", ".join(f"(SELECT unnest(?) AS raw_{key}) AS r_{key}" for key in keys)
    typed = ", ".join(f'CAST(raw_{key} AS {trino_type(kind)}) AS "{key}"' for key, kind in keys.items())
    raw = ", ".join(f"raw_{key}" for key in keys)
    where = " OR ".join(f"({condition})" for condition in sorted(needed))
    sql = f"SELECT {raw} FROM (SELECT {raw}, {typed} FROM {values}) WHERE {where}"  # noqa: S608 (made of a parsed query)
    rows = _run(sql, [[*projected[key]] for key in keys])
    return Partitions(projected=projected, needed=frozenset(tuple(map(str, row)) for row in rows))


def _unqualified(condition: exp.Expr) -> exp.Expr:
    copy = condition.copy()
    for column in copy.find_all(exp.Column):
        column.set("table", None)
    return copy


def _run(sql: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
    try:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            return connection.execute(sql, parameters).fetchall()
    except duckdb.Error as error:
        raise QueryError(str(error).splitlines()[0]) from None
