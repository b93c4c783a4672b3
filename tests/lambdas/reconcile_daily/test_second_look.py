import pytest
from botocore.exceptions import ClientError

from lambdas.reconcile_daily.compare import DifferenceKind, IndexedObject, State, Version
from lambdas.reconcile_daily.second_look import SecondLook
from schemas.run_index import run_id_of
from tests.ops.conftest import Deployed

KEY = "raw/a+b é.jsonl"
SEEN = State(KEY, None, (IndexedObject("another run", KEY, Version("v", "e")),))


@pytest.fixture
def look_again(deployed: Deployed) -> SecondLook:
    return SecondLook(deployed.s3, deployed.bucket, deployed.dynamodb, deployed.table)


def test_both_sides_are_read_as_they_are_now(deployed: Deployed, look_again: SecondLook) -> None:
    put = deployed.s3.put_object(Bucket=deployed.bucket, Key=KEY, Body=b"12")
    deployed.index(run_id_of(KEY), KEY, put["VersionId"], put["ETag"].strip('"'))
    state = look_again(SEEN)
    assert state.differences() == []
    assert state.stored
    assert (state.stored.size, state.stored.archived) == (2, False)
    assert state.stored.modified.tzinfo is not None


def test_items_are_read_where_they_were_seen_as_well(deployed: Deployed, look_again: SecondLook) -> None:
    deployed.index("another run", KEY, "v", "e")
    [difference] = look_again(SEEN).differences()
    assert (difference.kind, difference.run_id) == (DifferenceKind.MISPLACED_ITEM, "another run")


def test_nothing_is_left_of_what_is_gone(deployed: Deployed, look_again: SecondLook) -> None:
    assert look_again(SEEN) == State(KEY, None, ())
    deployed.s3.put_object(Bucket=deployed.bucket, Key=KEY)
    deployed.s3.delete_object(Bucket=deployed.bucket, Key=KEY)
    assert look_again(SEEN) == State(KEY, None, ())


def test_an_archived_object_is_told_from_a_restored_one(deployed: Deployed, look_again: SecondLook) -> None:
    deployed.s3.put_object(Bucket=deployed.bucket, Key=KEY, StorageClass="DEEP_ARCHIVE")
    archived = look_again(SEEN).stored
    assert archived
    assert archived.archived
    deployed.s3.restore_object(Bucket=deployed.bucket, Key=KEY, RestoreRequest={"Days": 1})
    # moto restores at the second request.
    restored = [look_again(SEEN).stored for _ in range(3)][-1]
    assert restored
    assert not restored.archived


def test_a_denial_is_no_absence(deployed: Deployed, look_again: SecondLook, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(**_: str) -> None:
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadObject")

    monkeypatch.setattr(deployed.s3, "head_object", deny)
    with pytest.raises(ClientError, match="Forbidden"):
        look_again(SEEN)
