"""What a restoration puts back, what it leaves, and that it may be stopped and run again."""

from itertools import count

import pytest
from hypothesis import given, strategies as st

from ops.registry.restore.restoring import Restored, State, compare, restore
from ops.registry.store import Listed, Store
from schemas.keys.layout import REPLICATED_PREFIXES
from schemas.registry.documents import load_documents
from schemas.registry.models_file import MODELS_FILE
from tests.ops.registry.faults import overtaken
from tests.ops.registry.publish.test_publishing import contents, publisher

OBJECTS = {str(it.key): it.content for it in load_documents(MODELS_FILE.parent)}
ETAGS = st.sampled_from(['"a"', '"b"', '"a-2"'])


@pytest.fixture
def lost(primary: Store, replica: Store) -> None:
    """Publish the registry and lose every object of the primary with all its versions."""
    for document in load_documents(MODELS_FILE.parent):
        publisher(primary, replica).publish(document)
    for found in primary.s3.list_object_versions(Bucket=primary.bucket)["Versions"]:
        primary.s3.delete_object(Bucket=primary.bucket, Key=found["Key"], VersionId=found["VersionId"])


def restored(primary: Store, replica: Store, *, dry_run: bool = False) -> list[Restored]:
    return [
        each
        for prefix in REPLICATED_PREFIXES
        for each in restore(prefix, primary=primary, replica=replica, dry_run=dry_run)
    ]


def states(found: list[Restored]) -> dict[str, State]:
    return {each.key: each.state for each in found}


@given(replica=st.dictionaries(st.text(max_size=3), ETAGS), primary=st.dictionaries(st.text(max_size=3), ETAGS))
def test_two_listings_are_compared_as_two_dictionaries_would_be(
    replica: dict[str, str], primary: dict[str, str]
) -> None:
    def state(key: str, etag: str) -> State:
        if key not in primary:
            return State.MISSING
        whole = "-" not in etag + primary[key]
        return State.DIFFERENT if whole and etag != primary[key] else State.PRESENT

    listings = [[Listed(key, etag) for key, etag in sorted(it.items())] for it in (replica, primary)]
    expected = [Restored(key, state(key, etag)) for key, etag in sorted(replica.items())]
    assert [*compare(*listings)] == expected


@pytest.mark.usefixtures("lost")
def test_everything_that_was_lost_is_put_back(primary: Store, replica: Store) -> None:
    assert states(restored(primary, replica)) == dict.fromkeys(OBJECTS, State.RESTORED)
    assert contents(primary) == OBJECTS
    assert states(restored(primary, replica)) == dict.fromkeys(OBJECTS, State.PRESENT)


@pytest.mark.usefixtures("lost")
def test_a_dry_run_writes_nothing(primary: Store, replica: Store) -> None:
    assert states(restored(primary, replica, dry_run=True)) == dict.fromkeys(OBJECTS, State.MISSING)
    assert contents(primary) == {}


@pytest.mark.usefixtures("lost")
def test_a_run_that_was_interrupted_is_resumed(
    primary: Store, replica: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, before = primary.s3.put_object, count()

    def interrupt(*, Bucket: str, Key: str, Body: bytes, IfNoneMatch: str) -> object:  # noqa: N803 (boto3's names)
        # Not a length to look at: threads count at once.
        if next(before) >= 3:
            raise KeyboardInterrupt
        return put(Bucket=Bucket, Key=Key, Body=Body, IfNoneMatch=IfNoneMatch)

    monkeypatch.setattr(primary.s3, "put_object", interrupt)
    with pytest.raises(KeyboardInterrupt):
        restored(primary, replica)
    assert len(contents(primary)) == 3
    monkeypatch.setattr(primary.s3, "put_object", put)
    found = states(restored(primary, replica))
    assert sorted(found.values()) == [State.PRESENT] * 3 + [State.RESTORED] * 3
    assert contents(primary) == OBJECTS


@pytest.mark.usefixtures("lost")
def test_what_is_there_is_never_replaced(primary: Store, replica: Store) -> None:
    newer = OBJECTS["config/models.json"].replace(b"15.0", b"12.0")
    primary.put("config/models.json", newer, over=None)
    assert states(restored(primary, replica))["config/models.json"] is State.DIFFERENT
    assert contents(primary) == {**OBJECTS, "config/models.json": newer}


@pytest.mark.usefixtures("lost")
def test_a_tampered_object_of_the_replica_is_not_put_back(primary: Store, replica: Store) -> None:
    rubric = next(key for key in OBJECTS if "rubric" in key)
    replica.s3.put_object(Bucket=replica.bucket, Key=rubric, Body=b"{}")
    found = states(restored(primary, replica))
    assert found.pop(rubric) is State.INVALID
    assert {*found.values()} == {State.RESTORED}
    assert rubric not in contents(primary)


def test_another_run_that_was_faster_is_no_failure(primary: Store, replica: Store) -> None:
    replica.put("raw/x.jsonl", b"1", over=None)
    late = overtaken(primary, lambda: primary.put("raw/x.jsonl", b"1", over=None))
    assert [*restore("raw/", primary=late, replica=replica)] == [Restored("raw/x.jsonl", State.PRESENT)]


def test_raw_objects_of_any_key_are_put_back(primary: Store, replica: Store) -> None:
    keys = ["raw/a+b.jsonl", "raw/with space/é😀.jsonl"]
    for key in keys:
        replica.put(key, b"not a turn", over=None)
    assert [*restore("raw/", primary=primary, replica=replica)] == [Restored(key, State.RESTORED) for key in keys]
    assert contents(primary) == dict.fromkeys(keys, b"not a turn")
