"""What is found, what an erasure meets on its way, and how it goes on where it was cut off."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, cast

import pytest
from botocore.exceptions import ClientError

from lambdas.curate_week.store import WeekStore
from ops.curation import CurationFailedError
from ops.erase.asked import Asked, RefusedError
from ops.erase.erasing import Erasing, Plan
from ops.erase.turns import ERASED_TURNS
from ops.registry.store import ArchivedError
from schemas.curation import CurationRequest, WeekReport
from schemas.keys.grammar import CuratedTable, PartFile
from schemas.keys.layout import PartKey, SymlinkKey
from schemas.keys.weeks import Week
from schemas.run_index import Attribute
from tests.ops.erase.lake import OTHER, RUN, TEXT, WEEK, Lake, body, raw_key, score_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ASKED = Asked(runs=frozenset([RUN]))
TURN = Asked(runs=frozenset([RUN]), turns=frozenset([2]))
TEXTS = ("a", TEXT, "c")


def planned(lake: Lake, asked: Asked = ASKED) -> Plan:
    found = lake.plan(asked).plan
    assert found
    return found


def fill(lake: Lake, *, others: bool = True) -> None:
    lake.put(raw_key(), body(RUN, *TEXTS))
    if others:
        lake.put(raw_key(OTHER), body(OTHER, "x", "y"))
    lake.curate(WEEK)


# Finding.


def test_a_run_under_two_days_is_found_under_both_and_clears_both_weeks(lake: Lake) -> None:
    fill(lake)
    lake.put(raw_key(day=date(2025, 10, 29)), body(RUN, TEXT))
    lake.put(score_key(), b"{}")
    found = planned(lake).found
    assert found.days == ("raw/dt=2025-10-29", "raw/dt=2025-11-05")
    assert found.weeks == (Week(2025, 44), WEEK)
    assert found.keys == (raw_key(day=date(2025, 10, 29)), raw_key(), score_key())
    assert lake.erase(ASKED) == []
    assert lake.holding(RUN) == []


def test_an_item_that_was_written_by_hand_is_found_and_removed(lake: Lake) -> None:
    fill(lake)
    lake.deployed.index("elsewhere", raw_key(), "v", "e")
    lake.deployed.index(RUN, "raw/lost.jsonl", "v", "e")
    assert {item.run_id for item in planned(lake).found.items} == {RUN, "elsewhere"}
    assert lake.erase(ASKED) == []
    assert [item[Attribute.RUN_ID] for item in lake.items_in()] == [{"S": OTHER}]


def test_a_run_that_somebody_deleted_is_found_in_curated_weeks(lake: Lake) -> None:
    fill(lake)
    for version in planned(lake).found.primary:
        lake.deployed.s3.delete_object(Bucket=lake.deployed.bucket, Key=version.key, VersionId=version.version_id)
    lake.deployed.s3_replica.delete_object(
        Bucket=lake.deployed.replica, Key=raw_key(), VersionId=planned(lake).found.replica[0].version_id
    )
    lake.index(raw_key())
    assert planned(lake).found.curated == (raw_key(),)
    assert lake.erase(ASKED) == []
    assert lake.holding(TEXT) == []
    assert lake.rows() == [(OTHER, 1), (OTHER, 2)]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (ASKED, f"{RUN}: unknown: no version in either Region"),
        (Asked(keys=frozenset(["raw/x.jsonl"])), "raw/x.jsonl: unknown"),
        (Asked(runs=frozenset([RUN, OTHER])), f"{RUN}: unknown"),
        (TURN, f"{RUN}: no version has turn 2"),
    ],
)
def test_what_is_unknown_is_refused_before_anything_else_is_erased(lake: Lake, asked: Asked, message: str) -> None:
    lake.put(raw_key(OTHER), body(OTHER, "x"))
    with pytest.raises(RefusedError, match=message):
        lake.plan(asked)


def test_archived_objects_of_a_week_are_named(lake: Lake) -> None:
    fill(lake)
    lake.deployed.s3.put_object(
        Bucket=lake.deployed.bucket, Key=raw_key(OTHER), Body=b"x", StorageClass="DEEP_ARCHIVE"
    )
    (week,) = planned(lake).weeks
    assert (week.is_made_again, week.archived) == (True, (raw_key(OTHER),))


# Erasing.


def test_a_week_that_has_nothing_else_is_deleted_and_its_successor_compares_itself_with_nothing(lake: Lake) -> None:
    fill(lake, others=False)
    lake.put(raw_key(OTHER, date(2025, 11, 12)), body(OTHER, "x", "y"))
    lake.curate(WEEK.shift(1))
    store = WeekStore(lake.deployed.s3, lake.deployed.bucket)
    assert store.summary(WEEK.shift(1))[0].wow_compliance_change is not None
    assert lake.erase(ASKED) == []
    assert [key for _, key, _ in lake.snapshot() if f"week={WEEK}/" in key] == []
    assert store.summary(WEEK.shift(1))[0].wow_compliance_change is None


@pytest.mark.usefixtures("_parts")
def test_parts_that_hold_it_are_deleted_and_those_of_others_stay(lake: Lake) -> None:
    fill(lake)
    foreign = str(PartKey(WEEK, "f" * 64, PartFile.INPUTS))
    lake.primary.put(foreign, b'2\n["raw/other","e",1]\n', over=None)
    before = {key for _, key, _ in lake.snapshot() if "/parts/" in key}
    assert lake.erase(ASKED) == []
    after = {key for _, key, _ in lake.snapshot() if "/parts/" in key}
    assert foreign in after
    assert after < before
    assert lake.holding(TEXT) == lake.holding(RUN) == []


def test_what_a_recovery_curated_in_the_other_region_is_deleted(lake: Lake) -> None:
    fill(lake)
    lake.replica.put(f"curated/week={WEEK}/turns.parquet", TEXT.encode(), over=None)
    lake.replica.put("curated/week=2025-W44/turns.parquet", b"other", over=None)
    assert lake.erase(ASKED) == []
    assert [found.key for found in lake.replica.listing("curated/")] == ["curated/week=2025-W44/turns.parquet"]


class Interrupted(Exception):  # noqa: N818 - no error of the lake's
    """The end of a process."""


def cut_off(erasing: Erasing, step: int) -> Erasing:
    """Return an erasure that ends at the nth thing that it says it does."""
    said: list[str] = []

    def say(what: str) -> None:
        said.append(what)
        if len(said) == step:
            raise Interrupted(what)

    return replace(erasing, say=say)


@pytest.mark.parametrize("step", range(3, 7))
@pytest.mark.parametrize("asked", [ASKED, TURN])
def test_an_erasure_that_was_cut_off_is_finished_by_the_next(lake: Lake, asked: Asked, step: int) -> None:
    fill(lake)
    erasing = cut_off(lake.erasing(planned(lake, asked)), step)
    if step <= 5:
        with pytest.raises(Interrupted):
            erasing.run()
    else:
        # Everything was erased, and the record not written.
        assert list(erasing.run().left) == []
    assert lake.erase(asked) == []
    assert lake.holding(TEXT) == []
    assert lake.plan(asked).plan is None


def test_the_markers_go_last_and_a_second_run_removes_those_that_are_left(lake: Lake) -> None:
    fill(lake)
    assert list(lake.erasing(planned(lake)).run().left) == []
    markers = [etag for (_, key, _), etag in lake.snapshot().items() if RUN in key]
    assert markers == [""]
    assert lake.erase(ASKED) == []
    assert [key for _, key, _ in lake.snapshot() if RUN in key] == []


class Changed:
    """A client of S3 that finds every condition on a deletion broken: somebody has written the object again."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    def __getattr__(self, name: str) -> object:
        return getattr(self.lake.deployed.s3, name)

    def delete_object(self, **request: object) -> None:
        if "IfMatch" in request:
            raise ClientError({"Error": {"Code": "PreconditionFailed", "Message": ""}}, "DeleteObject")


def test_an_object_that_is_written_again_before_it_is_hidden_stops_the_erasure(lake: Lake) -> None:
    fill(lake)
    found = planned(lake)
    before = lake.snapshot()
    erasing = lake.erasing(found)
    erasing = replace(erasing, primary=replace(erasing.primary, s3=cast("S3Client", Changed(lake))))
    with pytest.raises(RefusedError, match="was written again meanwhile: stop its writer"):
        erasing.run()
    assert lake.snapshot() == before


def test_an_object_that_is_written_again_later_is_named_and_stays(lake: Lake) -> None:
    fill(lake)
    erasing = lake.erasing(planned(lake))
    erasing = replace(erasing, say=lambda what: what == "reading everything again" and lake.put(raw_key(), b"new"))
    left = list(erasing.run().left)
    assert f"{raw_key()}: was written again in us-east-1 at " in left[0]
    assert "us-west-2" in left[1]
    assert f"{raw_key()}: has an item" in left[2]
    found = lake.primary.read(raw_key())
    assert found
    assert found.content == b"new"


def test_a_week_that_cannot_be_curated_stops_the_erasure_before_anything_is_deleted(lake: Lake) -> None:
    fill(lake)
    before = lake.snapshot()

    class Broken:
        def ask(self, request: CurationRequest) -> list[WeekReport]:
            raise CurationFailedError(f"{request.weeks}: broken")

    erasing = lake.erasing(planned(lake))
    erasing = replace(erasing, weeks=replace(erasing.weeks, engine=Broken()))
    with pytest.raises(RefusedError, match=r"week 2025-W45: cannot be curated again, nothing is erased: .*broken"):
        erasing.run()
    assert lake.snapshot() == before


def test_copies_under_way_are_waited_for_and_for_long_ones_nothing_is_erased(lake: Lake) -> None:
    fill(lake)
    before, pending = lake.snapshot(), 3

    class Copying:
        def __getattr__(self, name: str) -> object:
            return getattr(lake.deployed.s3, name)

        def head_object(self, **request: object) -> dict[str, object]:
            nonlocal pending
            pending -= 1
            found = lake.deployed.s3.head_object(**request)  # type: ignore[arg-type]
            return {**found, "ReplicationStatus": "PENDING" if pending > 0 else "COMPLETED"}

    erasing = lake.erasing(planned(lake))
    erasing = replace(erasing, primary=replace(erasing.primary, s3=cast("S3Client", Copying())))
    pending = 1000
    with pytest.raises(RefusedError, match="S3 is still copying it to the other Region: nothing is erased yet"):
        erasing.run()
    assert lake.snapshot() == before
    pending = 3
    lake.asleep.clear()
    assert list(erasing.run().left) == []
    assert lake.asleep == [10.0, 10.0]


def test_rows_that_are_published_still_are_named(lake: Lake) -> None:
    """As where another curation, of an older listing, publishes after the one that was asked for."""
    fill(lake)
    store = lake.weeks_to_erase().store
    manifest = str(SymlinkKey(CuratedTable.CURATED_TURNS, WEEK))
    old = f"curated/week={WEEK}/old/turns.parquet"
    lake.primary.put(old, store.content(f"curated/week={WEEK}/turns.parquet") or b"", over=None)

    def publish_old(what: str) -> None:
        if what == "reading everything again":
            found = lake.primary.read(manifest)
            assert found
            lake.primary.put(manifest, f"s3://lake/{old}\n".encode(), over=found.etag)

    left = list(replace(lake.erasing(planned(lake)), say=publish_old).run().left)
    assert f"{old}: has rows of it: run this again" in left


# Single turns.


def test_a_turn_is_taken_out_of_the_object_its_versions_and_its_week(lake: Lake) -> None:
    fill(lake)
    lake.put(raw_key(), body(RUN, *TEXTS, "d"))
    lake.curate(WEEK)
    assert [each.lines for each in planned(lake, TURN).rewritings] == [1]
    assert lake.erase(TURN) == []
    assert lake.holding(TEXT) == []
    assert lake.rows() == [(RUN, 1), (RUN, 3), (RUN, 4), (OTHER, 1), (OTHER, 2)]
    head = lake.deployed.s3.head_object(Bucket=lake.deployed.bucket, Key=raw_key())
    assert head["Metadata"] == {ERASED_TURNS: "2"}
    assert {"S": head["VersionId"]} in [item[Attribute.VERSION_ID] for item in lake.items_in()]
    again = lake.plan(TURN)
    assert (again.plan, [*again.before]) == (None, [RUN])
    assert lake.erase(replace(TURN, turns=frozenset([3]))) == []
    head = lake.deployed.s3.head_object(Bucket=lake.deployed.bucket, Key=raw_key())
    assert head["Metadata"] == {ERASED_TURNS: "2,3"}


def test_a_turn_that_is_written_again_after_it_was_taken_out_is_told(lake: Lake) -> None:
    fill(lake)
    erasing = lake.erasing(planned(lake, TURN))
    write = lambda what: what.startswith("week") and lake.put(raw_key(), body(RUN, *TEXTS, "d"))  # noqa: E731
    with pytest.raises(RefusedError, match="was written again meanwhile"):
        replace(erasing, say=write).run()
    assert lake.erase(TURN) == []
    assert lake.holding(TEXT) == []


def test_an_item_that_a_late_event_writes_while_weeks_are_cleared_is_removed(lake: Lake) -> None:
    fill(lake)
    erasing = lake.erasing(planned(lake))

    def late(what: str) -> None:
        if what == "deleting versions":
            lake.deployed.index(RUN, raw_key(), "v", "e")

    assert list(replace(erasing, say=late).run().left) == []
    assert RUN not in str(lake.items_in())


def test_objects_of_the_run_that_lack_the_turn_stay_as_they_are(lake: Lake) -> None:
    fill(lake)
    short = raw_key(day=date(2025, 11, 6))
    version = lake.put(short, body(RUN, "only one"))
    lake.put(score_key(), b"{}")
    assert planned(lake, TURN).keys == (raw_key(),)
    assert lake.erase(TURN) == []
    assert ("lake", short, version) in lake.snapshot()


def test_an_earlier_version_that_has_the_turn_is_erased_where_the_current_one_lacks_it(lake: Lake) -> None:
    fill(lake)
    lake.put(raw_key(), body(RUN, "a"))
    assert [each.lines for each in planned(lake, TURN).rewritings] == [0]
    assert lake.erase(TURN) == []
    assert lake.holding(TEXT) == []


def test_a_turn_cannot_be_taken_out_of_what_is_deleted_archived_or_has_no_other(lake: Lake) -> None:
    lake.put(raw_key(), body(RUN, TEXT))
    one = replace(TURN, turns=frozenset([1]))
    with pytest.raises(RefusedError, match="it has no other turns: erase the whole of it"):
        lake.plan(one)
    lake.hide(raw_key())
    with pytest.raises(RefusedError, match="it is deleted: erase the whole of it"):
        lake.plan(one)
    lake.deployed.s3.put_object(
        Bucket=lake.deployed.bucket, Key=raw_key(), Body=body(RUN, *TEXTS), StorageClass="DEEP_ARCHIVE"
    )
    with pytest.raises(ArchivedError, match=f"^{raw_key()}: archived: wait up to 48 hours after this"):
        lake.plan(one)


def test_an_object_that_is_written_again_before_a_turn_is_taken_out_stays(lake: Lake) -> None:
    fill(lake)
    found = planned(lake, TURN)
    lake.put(raw_key(), body(RUN, "new", TEXT))
    with pytest.raises(RefusedError, match="was written again meanwhile"):
        lake.erasing(found).run()
    current = lake.primary.read(raw_key())
    assert current
    assert current.content == body(RUN, "new", TEXT)
