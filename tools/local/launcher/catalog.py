"""What AWS's Glue answers of a table's storage where its template says nothing, and ministack leaves out."""

# ruff: noqa: SLF001 (ministack offers no other way in; its version is pinned)

from collections.abc import Callable, Mapping

from tools.local.launcher.parts import GLUE, replace

Request = Mapping[str, Mapping[str, object]]

# https://docs.aws.amazon.com/glue/latest/webapi/API_StorageDescriptor.html
_UNSAID = {"NumberOfBuckets": 0, "Compressed": False, "StoredAsSubDirectories": False}


def completed(table: Mapping[str, object]) -> Mapping[str, object]:
    """Return a table's input with what its storage descriptor leaves out."""
    storage = table.get("StorageDescriptor")
    return {**table, "StorageDescriptor": {**_UNSAID, **storage}} if isinstance(storage, Mapping) else table


def install() -> None:
    """Complete each table that is created or updated: Trino, for one, reads these numbers without a check."""
    for name in ("_create_table", "_update_table"):
        replace(GLUE, name, _completing(getattr(GLUE, name)))


def _completing(stock: Callable[[Request], object]) -> Callable[[Request], object]:
    def store(request: Request) -> object:
        response = stock({**request, "TableInput": completed(request["TableInput"])})
        stored = GLUE._tables.get(f"{request['DatabaseName']}/{request['TableInput']['Name']}", {})
        if not stored.get("Description"):
            # A description that nobody gave is none in Glue, and would be an empty comment to Trino.
            stored.pop("Description", None)
        return response

    return store
