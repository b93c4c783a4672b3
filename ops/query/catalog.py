"""The deployed tables and views, as the Glue catalog describes them to Athena. Pure; `local.py` fetches them."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from ops.query.failures import QueryError, refused
from ops.query.types import parse_type

if TYPE_CHECKING:
    from mypy_boto3_glue.type_defs import StorageDescriptorOutputTypeDef, TableTypeDef

_WORD: Final = re.compile(r"\w+")
_VIEW: Final = re.compile(r"/\* Presto View: (\S+) \*/")
_LOCATION: Final = re.compile(r"s3://([^/]+)/(.+/)")
_MALFORMED: Final = "ignore.malformed.json"
_INVALID: Final = "use.null.for.invalid.data"
_RESTORED: Final = "read_restored_glacier_objects"


class Format(Enum):
    """How a table's files are read; the value is its input format and SerDe."""

    JSON = ("org.apache.hadoop.mapred.TextInputFormat", "org.openx.data.jsonserde.JsonSerDe")
    SYMLINKED_PARQUET = (
        "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    )


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table; `folder` is the template of a partition's folder in the bucket, with `${dt}` for a key's value."""

    name: str
    format: Format
    columns: Mapping[str, exp.DataType]
    partition_keys: Mapping[str, exp.DataType]
    projection: Mapping[str, str]
    bucket: str
    folder: str
    malformed_is_null: bool
    """Whether a line that is no JSON is a row of NULLs; else it fails the query."""
    invalid_is_null: bool
    """Whether a value that does not fit its column is NULL; else it fails the query."""
    reads_restored: bool
    """Whether archived objects are read while they are restored; else all are passed by."""


@dataclass(frozen=True, kw_only=True)
class View:
    """A view by its SQL in Athena's dialect."""

    name: str
    sql: str


class Catalog:
    """A database's tables and views; each is parsed when a query first names it."""

    def __init__(self, described: Iterable["TableTypeDef"]) -> None:
        """Take what Glue's `get_tables` returns."""
        self._described = {table["Name"]: table for table in described}

    def named(self, sql: str) -> Mapping[str, Table | View]:
        """Return what the words of a query may name, and what its views name in turn before them.

        Raises `QueryError` for a table that cannot be read locally.
        """
        found: dict[str, Table | View] = {}
        for name in sorted({*_WORD.findall(sql.lower())} & self._described.keys()):
            entry = self.find(name)
            if isinstance(entry, View):
                found |= self.named(entry.sql)
            found[name] = entry
        return found

    def find(self, name: str) -> Table | View:
        """Return the table or view; raise `QueryError` where it cannot be read locally."""
        described = self._described[name]
        try:
            return _view(described) if described.get("TableType") == "VIRTUAL_VIEW" else _table(described)
        except QueryError as error:
            raise QueryError(f"table {name}: {error}") from None


def _view(described: "TableTypeDef") -> View:
    match = _VIEW.fullmatch(described.get("ViewOriginalText", "").strip())
    try:
        definition = json.loads(base64.b64decode(match[1], validate=True)) if match else {}
        return View(name=described["Name"], sql=str(definition["originalSql"]))
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise QueryError("expected a view as Athena writes it: /* Presto View: <base64 of JSON> */") from None


def _table(described: "TableTypeDef") -> Table:
    storage, parameters = described.get("StorageDescriptor", {}), described.get("Parameters", {})
    keys = {key["Name"]: parse_type(key.get("Type", "")) for key in described.get("PartitionKeys", [])}
    projected = parameters.get("projection.enabled", "false").lower() == "true"
    if keys and not projected:
        raise refused("partitions without projection")
    location = parameters.get("storage.location.template", "") if keys else storage.get("Location", "")
    match = _LOCATION.fullmatch(location if keys or location.endswith("/") else f"{location}/")
    if not match:
        raise refused(f"location {location!r}, expected s3://<bucket>/<folder>/")
    placeholders = re.findall(r"\$\{(\w+)\}", match[2])
    if sorted(placeholders) != sorted(keys):
        raise refused(f"location {location!r}, expected each of its partition keys once")
    kind, serde = _format(storage)
    return Table(
        name=described["Name"],
        format=kind,
        columns={column["Name"]: parse_type(column.get("Type", "")) for column in storage.get("Columns", [])},
        partition_keys=keys,
        projection={name: value for name, value in parameters.items() if name.startswith("projection.")},
        bucket=match[1],
        folder=match[2],
        malformed_is_null=serde.get(_MALFORMED, "false").lower() == "true",
        invalid_is_null=serde.get(_INVALID, "false").lower() == "true",
        reads_restored=parameters.get(_RESTORED, "false").lower() == "true",
    )


def _format(storage: "StorageDescriptorOutputTypeDef") -> tuple[Format, Mapping[str, str]]:
    """Return how the files are read, and the SerDe's properties."""
    serde = storage.get("SerdeInfo", {})
    try:
        kind = Format((storage.get("InputFormat", ""), serde.get("SerializationLibrary", "")))
    except ValueError:
        raise refused(f"{storage.get('InputFormat')} with {serde.get('SerializationLibrary')}") from None
    properties = serde.get("Parameters", {})
    neutral = {"serialization.format": "1", "case.insensitive": "true", "dots.in.keys": "false"}
    for name, value in properties.items():
        if name not in {_MALFORMED, _INVALID} and neutral.get(name, "").lower() != value.lower():
            raise refused(f"SerDe property {name}={value}")
    return kind, properties
