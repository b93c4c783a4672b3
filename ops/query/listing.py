"""From partitions to S3: the prefixes that must be listed, and which listed keys are a partition's files. Pure."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from math import prod

from ops.query.catalog import Table
from ops.query.failures import refused
from ops.query.pruning import Partitions, Values

_COMPRESSED = (".gz", ".bz2", ".zst", ".snappy", ".deflate", ".lz4", ".lzo")


def prefixes(table: Table, partitions: Partitions) -> list[str]:
    """Return prefixes that together hold the needed partitions; one stands for all below it where all are needed."""
    keys = _placeholders(table.folder)
    order = [[*table.partition_keys].index(key) for key in keys]
    needed = sorted({tuple(values[at] for at in order) for values in partitions.needed})
    sizes = [len(partitions.projected[key]) for key in keys]
    return _below(table.folder, needed, sizes)


def _below(folder: str, needed: Sequence[Values], sizes: Sequence[int]) -> list[str]:
    if not needed:
        return []
    head, _, rest = folder.partition("${")
    if len(needed) == prod(sizes):
        # Keys of days or models that are not projected may lie there too; `partition_of` drops them.
        return [head]
    tail = rest.partition("}")[2]
    found = []
    for value, group in groupby(needed, key=lambda values: values[0]):
        below = [values[1:] for values in group]
        found += [head + value + prefix for prefix in _below(tail, below, sizes[1:])]
    return found


def _placeholders(folder: str) -> list[str]:
    return re.findall(r"\$\{(\w+)\}", folder)


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
