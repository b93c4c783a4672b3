"""Every interleaving of puts, live events, redriven events and repairs ends in the current version's item."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings, strategies as st

from lake.events import ObjectEvent, padded
from lambdas.index_run.index import ContentionError, Indexer, Outcome, Stored
from lambdas.index_run.summary import Item, ObjectVersion
from schemas.run_index import Attribute
from tests.lambdas.index_run.turns import RAW_KEY, SURROUNDINGS

KEY = str(RAW_KEY)


@dataclass
class FakeOpened:
    version: ObjectVersion

    def chunks(self) -> list[bytes]:
        return []


@dataclass
class Bucket:
    """One object's versions, oldest first; `gone` are those that were expired."""

    versions: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    before: Callable[[], None] = lambda: None

    def put(self) -> ObjectEvent:
        version_id = f"v{len(self.versions) + 1}"
        self.versions.append(version_id)
        return ObjectEvent(KEY, version_id, padded(f"{len(self.versions):04X}"))

    def expire_noncurrent(self) -> None:
        self.gone.update(self.versions[:-1])

    @contextmanager
    def open(self, key: str, version_id: str | None = None) -> Iterator[FakeOpened | None]:
        self.before()
        wanted = version_id or self._current()
        there = wanted is not None and wanted in self.versions and wanted not in self.gone
        yield FakeOpened(ObjectVersion(key, wanted, "etag", 0)) if wanted and there else None

    def current_version(self, key: str) -> str | None:
        assert key == KEY
        self.before()
        return self._current()

    def _current(self) -> str | None:
        left = [version for version in self.versions if version not in self.gone]
        return left[-1] if left else None


@dataclass
class Table:
    """One item, with the conditions of the real table."""

    item: Item | None = None
    before: Callable[[], None] = lambda: None

    def stored(self, key: str) -> Stored | None:
        assert key == KEY
        self.before()
        return self._stored()

    def stored_of(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        stored = self.stored(KEY)
        return {KEY: stored} if stored and KEY in keys else {}

    def put_newer(self, item: Item) -> Stored | None:
        self.before()
        there = self._stored()
        if there is None or (there.sequencer is not None and there.sequencer < str(item[Attribute.SEQUENCER])):
            self.item = item
            return None
        return there

    def put_over(self, item: Item, seen: Stored | None) -> bool:
        self.before()
        there = self._stored()
        if (there and there.version_id) != (seen and seen.version_id):
            return False
        self.item = item
        return True

    def remove(self, key: str, version_id: str) -> bool:
        assert key == KEY
        self.before()
        there = self._stored()
        if there is None or there.version_id != version_id:
            return False
        self.item = None
        return True

    def _stored(self) -> Stored | None:
        if self.item is None:
            return None
        sequencer = self.item.get(Attribute.SEQUENCER)
        return Stored(str(self.item[Attribute.VERSION_ID]), str(sequencer) if sequencer else None)


class Invocation(threading.Thread):
    """One run of the function that stops before each request, until it is told to go on."""

    def __init__(self, bucket: Bucket, table: Table, event: ObjectEvent) -> None:
        super().__init__(daemon=True)
        self._go, self._stopped = threading.Semaphore(0), threading.Semaphore(0)
        self._event = event
        self.failure: BaseException | None = None
        objects = Bucket(bucket.versions, bucket.gone, before=self._pause)
        self._indexer = Indexer(objects, PausingTable(table, self._pause), lambda: SURROUNDINGS)
        self.start()
        self._stopped.acquire()

    def _pause(self) -> None:
        self._stopped.release()
        self._go.acquire()

    def run(self) -> None:
        try:
            self._pause()
            self._indexer.apply(self._event)
        except BaseException as failure:  # noqa: BLE001 - handed to the test
            self.failure = failure
        self.done = True
        self._stopped.release()

    done = False

    def step(self) -> None:
        self._go.release()
        self._stopped.acquire()
        if self.failure:
            raise self.failure


@dataclass
class PausingTable:
    """The shared table, pausing its invocation before each request."""

    table: Table
    pause: Callable[[], None]

    def stored(self, key: str) -> Stored | None:
        self.pause()
        return self.table.stored(key)

    def stored_of(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        self.pause()
        return self.table.stored_of(keys)

    def put_newer(self, item: Item) -> Stored | None:
        self.pause()
        return self.table.put_newer(item)

    def put_over(self, item: Item, seen: Stored | None) -> bool:
        self.pause()
        return self.table.put_over(item, seen)

    def remove(self, key: str, version_id: str) -> bool:
        self.pause()
        return self.table.remove(key, version_id)


REPAIR = ObjectEvent(KEY)
FORCED = ObjectEvent(KEY, force=True)
REPAIRS = {"repair": REPAIR, "forced": FORCED}
STEPS = 5  # at the most before an invocation ends or tries again: begin and four requests


def version_in(table: Table) -> str | None:
    stored = table.stored(KEY)
    return stored.version_id if stored else None


class World:
    """A bucket, a table and invocations under way, moved on by tokens, one request each."""

    def __init__(self) -> None:
        self.bucket, self.table = Bucket(), Table()
        self.events: list[ObjectEvent] = []
        self.running: dict[str, Invocation] = {}

    def move(self, token: str) -> None:
        """Put a version, expire old ones, lose the table, or move the invocation of that name on."""
        match token:
            case "put":
                self.events.append(self.bucket.put())
            case "expire":
                self.bucket.expire_noncurrent()
            case "lose":
                self.table.item = None
            case _:
                self.step(token)

    def step(self, name: str) -> None:
        """Move one invocation on; `repair …` and `forced …` begin at any time, `live N …` once version N is there."""
        if name not in self.running:
            kind, version, *_ = name.split()
            if kind == "live" and int(version) > len(self.events):
                return
            event = REPAIRS.get(kind) or self.events[int(version) - 1]
            self.running[name] = Invocation(self.bucket, self.table, event)
        if not self.running[name].done:
            self.running[name].step()

    def finish(self, name: str) -> None:
        """Let an invocation end, which begins now if it has not begun."""
        self.step(name)
        while not self.running[name].done:
            self.step(name)


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Draw tokens in any order, and the invocations that they move, in the order in which these finally end."""
    versions = draw(st.integers(1, 3))
    names = [f"live {version} {delivery}" for version in range(1, versions + 1) for delivery in range(2)]
    names = [name for name in names if name.endswith("0") or draw(st.booleans())]
    names += [f"{draw(st.sampled_from(sorted(REPAIRS)))} {n}" for n in range(draw(st.integers(0, 2)))]
    tokens = ["put"] * versions + ["expire"] * draw(st.integers(0, 1)) + names * STEPS
    return draw(st.permutations(tokens)), draw(st.permutations(names))


@settings(max_examples=1000)
@given(plans())
def test_every_interleaving_ends_in_the_current_versions_item(plan: tuple[list[str], list[str]]) -> None:
    tokens, names = plan
    world = World()
    for token in tokens:
        world.move(token)
    for name in names:
        world.finish(name)
    assert version_in(world.table) == world.bucket.versions[-1]


@settings(max_examples=300)
@given(plans())
def test_a_reindex_after_the_table_was_lost_ends_in_the_current_versions_item(
    plan: tuple[list[str], list[str]],
) -> None:
    tokens, names = plan
    world = World()
    for token in tokens:
        world.move(token)
    world.move("lose")
    for name in ["repair after the loss", *names]:
        world.finish(name)
    assert version_in(world.table) == world.bucket.versions[-1]


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def indexer(bucket: Bucket, table: Table) -> Indexer:
    return Indexer(bucket, table, lambda: SURROUNDINGS)


def test_a_duplicate_event_changes_nothing(indexer: Indexer, bucket: Bucket, table: Table) -> None:
    event = bucket.put()
    assert indexer.apply(event)[0] is Outcome.INDEXED
    before = table.item
    assert indexer.apply(event) == (Outcome.UNCHANGED, None)
    assert table.item is before


def test_a_late_event_does_not_overwrite_a_newer_version(indexer: Indexer, bucket: Bucket, table: Table) -> None:
    old, new = bucket.put(), bucket.put()
    indexer.apply(new)
    assert indexer.apply(old) == (Outcome.OUTDATED, None)
    assert version_in(table) == "v2"


def test_a_late_event_does_not_overwrite_a_repaired_item(indexer: Indexer, bucket: Bucket, table: Table) -> None:
    old, _ = bucket.put(), bucket.put()
    indexer.apply(REPAIR)
    assert indexer.apply(old) == (Outcome.OUTDATED, None)
    assert version_in(table) == "v2"


def test_a_new_version_overwrites_a_repaired_item(indexer: Indexer, bucket: Bucket, table: Table) -> None:
    bucket.put()
    indexer.apply(REPAIR)
    assert indexer.apply(bucket.put())[0] is Outcome.INDEXED
    assert version_in(table) == "v2"


def test_an_event_whose_version_is_gone_indexes_the_current_one(
    indexer: Indexer, bucket: Bucket, table: Table
) -> None:
    old, _ = bucket.put(), bucket.put()
    bucket.expire_noncurrent()
    assert indexer.apply(old)[0] is Outcome.INDEXED
    assert version_in(table) == "v2"


def test_an_event_whose_object_is_gone_removes_the_item_whatever_version_it_describes(
    indexer: Indexer, bucket: Bucket, table: Table
) -> None:
    old = bucket.put()
    indexer.apply(old)
    new = bucket.put()
    bucket.gone.update(bucket.versions)
    assert indexer.apply(new) == (Outcome.REMOVED, None)
    assert table.item is None
    assert indexer.apply(old) == (Outcome.GONE, None)


def test_a_repair_removes_the_item_of_an_object_that_is_gone(indexer: Indexer, bucket: Bucket, table: Table) -> None:
    indexer.apply(bucket.put())
    bucket.gone.update(bucket.versions)
    assert indexer.apply(REPAIR) == (Outcome.REMOVED, None)
    assert table.item is None
    assert indexer.apply(REPAIR) == (Outcome.GONE, None)


def test_a_repair_of_what_is_right_changes_nothing(indexer: Indexer, bucket: Bucket, table: Table) -> None:
    indexer.apply(bucket.put())
    before = table.item
    assert indexer.apply(REPAIR) == (Outcome.UNCHANGED, None)
    assert table.item is before


def test_a_forced_repair_makes_an_item_again_and_keeps_its_place_among_events(
    indexer: Indexer, bucket: Bucket, table: Table
) -> None:
    event = bucket.put()
    indexer.apply(event)
    before = table.item
    assert indexer.apply(FORCED)[0] is Outcome.INDEXED
    assert table.item is not before
    assert table.stored(KEY) == Stored("v1", event.sequencer)


def test_a_repair_of_several_objects_goes_on_after_one_that_fails(bucket: Bucket, table: Table) -> None:
    class Failing(Bucket):
        @contextmanager
        def open(self, key: str, version_id: str | None = None) -> Iterator[FakeOpened | None]:
            if key != KEY:
                raise ConnectionError(key)
            with super().open(key, version_id) as opened:
                yield opened

    bucket.put()
    failing = Failing(bucket.versions, bucket.gone)
    done = dict(Indexer(failing, table, lambda: SURROUNDINGS).repair_all(["raw/bad.jsonl", KEY], force=False))
    assert isinstance(done["raw/bad.jsonl"], ConnectionError)
    assert done[KEY] == (Outcome.INDEXED, table.item)
    assert version_in(table) == "v1"


def test_a_repair_whose_item_changed_after_it_was_seen_reads_it_again(bucket: Bucket) -> None:
    class WrittenMeanwhile(Table):
        def stored_of(self, keys: Sequence[str]) -> Mapping[str, Stored]:
            assert keys == [KEY]
            return {}

    bucket.put()
    table = WrittenMeanwhile({Attribute.VERSION_ID: "v0"})
    done = dict(Indexer(bucket, table, lambda: SURROUNDINGS).repair_all([KEY], force=False))
    assert done[KEY] == (Outcome.INDEXED, table.item)
    assert version_in(table) == "v1"


def test_an_item_that_never_stands_still_raises(bucket: Bucket) -> None:
    class Restless(Table):
        def put_over(self, item: Item, seen: Stored | None) -> bool:  # noqa: ARG002 - as the table is called
            return False

    bucket.put()
    with pytest.raises(ContentionError, match="10 times"):
        Indexer(bucket, Restless(), lambda: SURROUNDINGS).apply(REPAIR)
