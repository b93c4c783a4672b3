"""Answers a query on a Trino over the catalog, which is the engine that Athena is made of."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import requests
from trino.dbapi import Connection
from trino.exceptions import Error
from trino.types import NamedRowTuple

from ops.query.failures import QueryError
from ops.query.result import Answer, as_athena

CATALOG: Final = "awsdatacatalog"
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class TrinoEngine:
    """Answers queries on the Trino at a URL."""

    url: str
    database: str

    def answer(self, sql: str, parameters: Sequence[str] = ()) -> Answer:
        """Return the answer; parameters are SQL literals, one for each `?`.

        Raises `QueryError` with Trino's reason where the query fails, or where no Trino answers.
        """
        address = _address(self.url)
        begun = time.monotonic()
        with requests.Session() as session:
            # Neither a proxy nor a netrc of this machine is meant for it.
            session.trust_env = False
            connection = Connection(
                host=address.host,
                port=address.port,
                http_scheme=address.scheme,
                http_session=session,
                user="ops",
                source="ops",
                catalog=CATALOG,
                schema=self.database,
                timezone="UTC",
                max_attempts=1,
            )
            cursor = connection.cursor()
            try:
                rows = cursor.execute(_bound(sql, parameters)).fetchall()
            except (Error, requests.RequestException) as error:
                raise QueryError(_reason(error)) from None
        stats = cursor.stats or {}
        return Answer(
            columns=tuple(column.name for column in cursor.description or ()),
            rows=[tuple(as_athena(_plain(value)) for value in row) for row in rows],
            seconds=time.monotonic() - begun,
            bytes_read=int(stats.get("physicalInputBytes", 0)),
        )


class _Address(NamedTuple):
    scheme: str
    host: str
    port: int


def _address(url: str) -> _Address:
    try:
        parts = urlsplit(url)
        if parts.hostname:
            default = _PORTS[parts.scheme]
            return _Address(parts.scheme, parts.hostname, parts.port or default)
    except (ValueError, KeyError):
        # A port that is no number, half an address, a scheme that is none of the two.
        pass
    raise QueryError(f"--trino {url}: expected a URL such as http://127.0.0.1:8080")


def _bound(sql: str, parameters: Sequence[str]) -> str:
    if not parameters:
        return sql
    text = sql.replace("'", "''")
    return f"EXECUTE IMMEDIATE '{text}' USING {', '.join(parameters)}"


def _plain(value: object) -> object:
    """Return a value with its rows as dictionaries, which is what DuckDB gives."""
    if isinstance(value, NamedRowTuple):
        names = value.__annotations__["names"]
        return {name: _plain(part) for name, part in zip(names, value, strict=True)}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _reason(error: Exception) -> str:
    name, message = getattr(error, "error_name", None), getattr(error, "message", None)
    return f"{name}: {message}" if name else " ".join(str(error).split())
