"""A day's raw objects as they were listed, on disk where they are many, so that memory does not grow with them."""

import json
import re
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from tempfile import SpooledTemporaryFile
from typing import Final, NamedTuple, Protocol

from schemas.keys.grammar import RUN_ID_PATTERN, KeyGrammarError, Phase
from schemas.keys.layout import RAW_SUFFIX, RawKey

# A day of so many bytes of listing, some ten thousand objects, stays in memory.
_HELD_BYTES: Final = 2 * 1024 * 1024
_ANY_RUN: Final = "0" * 26
_END: Final = r"\Z"
# Where the run id lies in any valid key.
_RUN_ID: Final = slice(-len(_ANY_RUN + RAW_SUFFIX), -len(RAW_SUFFIX))
_is_name: Final = re.compile(rf"{RUN_ID_PATTERN.removesuffix(_END)}{re.escape(RAW_SUFFIX)}{_END}").match


class Listed(Protocol):
    """An object as a listing describes it."""

    @property
    def key(self) -> str:
        """Its key."""
        ...

    @property
    def etag(self) -> str:
        """Its ETag, without quotes."""
        ...

    @property
    def size(self) -> int:
        """Its bytes."""
        ...


class RawObject(NamedTuple):
    """What curation needs to know of a listed object."""

    key: str
    etag: str
    size: int


class Cell(NamedTuple):
    """A model in a phase. Cells order as the output does; keys do not, where one model's id begins another's."""

    model: str
    phase: Phase


@lru_cache(maxsize=10_000)
def _cell_of(folder: str) -> Cell | None:
    """Return the cell of a folder; None where no key in it is in the grammar."""
    try:
        key = RawKey.parse(f"{folder}/{_ANY_RUN}{RAW_SUFFIX}")
    except KeyGrammarError:
        return None
    return Cell(key.model, key.phase)


def _folder_of(listed: Listed) -> str:
    return listed.key.rpartition("/")[0]


def run_id_of(listed: Listed) -> str:
    """Return the run id of an object whose key is in the grammar."""
    return listed.key[_RUN_ID]


def _pairs(page: Sequence[Listed]) -> str:
    """Return key and ETag of the objects as the inside of a JSON array, of which the digest of a week is taken."""
    text = ", ".join([f'["{each.key}", "{each.etag}"]' for each in page])
    # What needs no escapes, as nearly all keys, takes a third of the time that an encoder does.
    if text.isascii() and text.isprintable() and "\\" not in text and text.count('"') == len(page) * len('""""'):
        return text
    return json.dumps([[each.key, each.etag] for each in page])[1:-1]


@dataclass
class _CellOfDay:
    """A day's objects of one cell: how many they are, their bytes, and where the pages lie that have some of them."""

    folder: str
    objects: int = 0
    size: int = 0
    pages: list[int] = field(default_factory=list)


class ListedDay:
    """The objects of a day by cell; `bad_keys` are outside the grammar, `large` the objects above a size."""

    def __init__(self, pages: Iterable[Sequence[Listed]], *, large_from: int) -> None:
        """Take the pages of a listing in key order."""
        self._file = SpooledTemporaryFile(_HELD_BYTES)  # noqa: SIM115 - closed with the last reference to the day
        weakref.finalize(self, self._file.close)
        self._large_from = large_from
        self.objects = 0
        self.cells: dict[Cell, _CellOfDay] = {}
        self.bad_keys: dict[str, None] = {}
        self.large: list[tuple[Cell, str]] = []
        for page in filter(None, pages):
            self._add(page)

    def _add(self, page: Sequence[Listed]) -> None:
        at = self._file.tell()
        sizes = json.dumps([each.size for each in page])
        self._file.write(f"{_pairs(page)}\n{sizes}\n".encode())
        self.objects += len(page)
        for folder, group in groupby(page, _folder_of):
            if cell := _cell_of(folder):
                self._add_to_cell(cell, f"{folder}/", at, group)
            else:
                self.bad_keys.update((each.key, None) for each in group)

    def _add_to_cell(self, cell: Cell, folder: str, at: int, group: Iterable[Listed]) -> None:
        found = self.cells.setdefault(cell, _CellOfDay(folder))
        if at not in found.pages[-1:]:
            found.pages.append(at)
        good, start = [*group], len(folder)
        if not all(map(_is_name, [each.key[start:] for each in good])):
            self.bad_keys.update((each.key, None) for each in good if not _is_name(each.key[start:]))
            good = [each for each in good if _is_name(each.key[start:])]
        sizes = [each.size for each in good]
        found.objects += len(sizes)
        found.size += sum(sizes)
        if max(sizes, default=0) > self._large_from:
            self.large += ((cell, run_id_of(each)) for each in good if each.size > self._large_from)

    def pairs(self) -> Iterator[bytes]:
        """Yield key and ETag of all objects, page by page, as the inside of a JSON array."""
        at = 0
        while at < self._file.seek(0, 2):
            self._file.seek(at)
            yield self._file.readline()[:-1]
            self._file.readline()
            at = self._file.tell()

    def of_cell(self, cell: Cell) -> Iterator[RawObject]:
        """Yield a cell's objects in the order of their run ids."""
        if not (found := self.cells.get(cell)):
            return
        for at in found.pages:
            self._file.seek(at)
            pairs, sizes = json.loads(b"[%b]" % self._file.readline()), json.loads(self._file.readline())
            for (key, etag), size in zip(pairs, sizes, strict=True):
                if key.startswith(found.folder) and key not in self.bad_keys:
                    yield RawObject(key, etag, size)
