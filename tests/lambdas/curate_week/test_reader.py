"""Reading ahead, from a store in memory."""

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Never, cast

import pytest
from obstore.exceptions import PermissionDeniedError
from obstore.store import MemoryStore

from lambdas.curate_week import reader as module
from lambdas.curate_week.inputs import Source, week_inputs
from lambdas.curate_week.listing import RawObject
from lambdas.curate_week.reader import ArchivedError, InputsChangedError, ReadAhead
from schemas.keys.weeks import Week
from tests.lambdas.curate_week.lake import raw_key

if TYPE_CHECKING:
    from obstore.store import S3Store

WEEK = Week(2025, 45)


def sources(store: MemoryStore, bodies: Iterable[bytes]) -> list[Source]:
    """Return the sources of objects that are put, a day each."""
    objects = []
    for day, body in enumerate(bodies):
        key = str(raw_key(WEEK, day=day))
        etag = store.put(key, body)["e_tag"]
        assert etag
        objects.append(RawObject(key, etag.strip('"'), len(body)))
    return [source for run in week_inputs(WEEK, objects).runs() for source in run]


def read_all(store: MemoryStore, wanted: list[Source]) -> list[bytes]:
    with ReadAhead(cast("S3Store", store), wanted) as reader:
        return [b"".join(reader.read(source)) for source in wanted]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """Give a store whose objects span several parts."""
    monkeypatch.setattr(module, "PART_BYTES", 10)
    monkeypatch.setattr(module, "AHEAD_BYTES", 25)
    return MemoryStore()


@pytest.mark.parametrize(
    "bodies",
    [[b"a"], [b""], [b"0123456789"], [b"0123456789a", b"", b"x" * 99, b"yz"], [b"", b""]],
    ids=["small", "empty", "one part", "several", "nothing"],
)
def test_every_object_is_given_whole_and_in_order(store: MemoryStore, bodies: list[bytes]) -> None:
    wanted = sources(store, bodies)
    # later days win, so they come first
    assert read_all(store, wanted) == bodies[::-1]


def test_no_more_is_asked_for_than_fits(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = sources(store, [b"x" * 100, b"y" * 100])
    asked: list[int] = []
    lock = threading.Lock()
    get = ReadAhead._get

    def counting(self: ReadAhead, part: module._Part) -> bytes:
        with lock:
            asked.append(part.end - part.start)
        return get(self, part)

    monkeypatch.setattr(ReadAhead, "_get", counting)
    with ReadAhead(cast("S3Store", store), wanted) as reader:
        used = 0
        for source in wanted:
            for content in reader.read(source):
                with lock:
                    assert sum(asked) - used <= 25
                used += len(content)


def test_an_object_larger_than_what_may_be_ahead_is_read_all_the_same(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AHEAD_BYTES", 1)
    assert read_all(store, sources(store, [b"x" * 35])) == [b"x" * 35]


@pytest.mark.parametrize("change", ["gone", "another one"])
def test_an_object_that_is_not_the_listed_one_is_told(store: MemoryStore, change: str) -> None:
    wanted = sources(store, [b"x" * 35])
    key = wanted[0].object.key
    store.delete(key)
    if change == "another one":
        store.put(key, b"y" * 35)
    with pytest.raises(InputsChangedError, match=f"{key}: gone or changed since it was listed"):
        read_all(store, wanted)


class Archive(MemoryStore):
    """Refuses every GET."""

    code = "InvalidObjectState"

    def get(self, *_: object, **__: object) -> Never:
        raise PermissionDeniedError(f"403 Forbidden: <Error><Code>{self.code}</Code></Error>")


def test_an_archived_object_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = sources(Archive(), [b"x"])
    monkeypatch.setattr("obstore.get", lambda store, *_, **__: store.get())
    told = f"^{wanted[0].object.key}: archived: restore the week's objects first$"
    with pytest.raises(ArchivedError, match=told):
        read_all(Archive(), wanted)
    monkeypatch.setattr(Archive, "code", "AccessDenied")
    with pytest.raises(PermissionDeniedError, match="AccessDenied"):
        read_all(Archive(), wanted)


def test_reading_out_of_order_is_a_defect(store: MemoryStore) -> None:
    wanted = sources(store, [b"x", b"y"])
    with ReadAhead(cast("S3Store", store), wanted) as reader, pytest.raises(AssertionError):
        [*reader.read(wanted[1])]
