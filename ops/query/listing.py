"""From partitions to S3: the prefixes that must be listed, and which listed keys are a partition's files. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Final

from ops.query.catalog import Table
from ops.query.failures import refused

Values = tuple[str, ...]

_COMPRESSED: Final = (".gz", ".bz2", ".zst", ".snappy", ".deflate", ".lz4", ".lzo")


@dataclass(frozen=True, kw_only=True)
class Partitions:
    """A table's projected values by key, and the combinations of them that a query needs, in the keys' order."""

    projected: Mapping[str, Values]
    needed: frozenset[Values]


def prefixes(table: Table, partitions: Partitions) -> list[str]:
    """Return prefixes that together hold the needed partitions: one for each value of the first key in the folder.

    One for all where all are needed. What else lies there is sorted out by `PartitionFiles`.
    """
    head, _, rest = table.folder.partition("${")
    if len(partitions.needed) == prod(map(len, partitions.projected.values())):
        return [head]
    key, _, tail = rest.partition("}")
    at = [*table.partition_keys].index(key)
    end = tail.partition("${")[0]
    return [f"{head}{value}{end}" for value in sorted({values[at] for values in partitions.needed})]


class PartitionFiles:
    """Tells the partition of each listed key of a table."""

    def __init__(self, table: Table, partitions: Partitions) -> None:
        """Take a table and what is needed of it."""
        literals = re.split(r"\$\{(\w+)\}", table.folder)
        literals[::2] = map(re.escape, literals[::2])
        literals[1::2] = [f"(?P<{name}>[^/]*)" for name in literals[1::2]]
        self._pattern = re.compile("".join(literals) + "(?P<__file>.*)", re.DOTALL)
        self._table = table
        self._needed = partitions.needed

    def partition_of(self, key: str) -> Mapping[str, str] | None:
        """Return the values of the partition that an object is a file of; None where Athena does not read it."""
        match = self._pattern.fullmatch(key)
        if not match:
            return None
        values = {name: match[name] for name in self._table.partition_keys}
        parts = match["__file"].split("/")
        # https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html: hidden files are ignored
        hidden = not parts[-1] or any(part.startswith(("_", ".")) for part in parts)
        if hidden or tuple(values.values()) not in self._needed:
            return None
        if key.endswith(_COMPRESSED):
            raise refused(f"compressed object {key}")
        return values
