"""A store writes under a condition, and notices bytes that changed on their way."""

import io

import pytest

from ops.registry.store import Listed, Store, TransferError

MD5 = '"900150983cd24fb0d6963f7d28e17f72"'  # of abc, as RFC 1321 gives it


def test_an_object_is_written_where_there_is_none_and_over_the_one_that_was_seen(primary: Store) -> None:
    assert primary.put("key", b"abc", over=None)
    assert not primary.put("key", b"other", over=None)
    assert primary.etag("key") == MD5
    assert not primary.put("key", b"other", over='"0"')
    assert primary.put("key", io.BytesIO(b"other"), over=MD5)
    found = primary.read("key")
    assert found is not None
    assert found.content == b"other"
    assert primary.read("absent") is None
    assert primary.etag("absent") is None


def test_a_key_that_begins_alike_is_another_object(primary: Store) -> None:
    primary.put("key2", b"abc", over=None)
    assert primary.etag("key") is None
    assert [*primary.listing("key")] == [Listed("key2", MD5)]


@pytest.mark.parametrize("size", [0, 3, 9 * 1024 * 1024])
def test_an_object_is_fetched_as_a_file(primary: Store, size: int) -> None:
    primary.put("key", b"x" * size, over=None)
    with primary.fetched("key") as file:
        file.seek(0)
        assert file.read() == b"x" * size
        assert primary.put("copy", file, over=None)
    assert primary.etag("copy") == primary.etag("key")


def test_a_version_is_fetched(primary: Store) -> None:
    first = primary.s3.put_object(Bucket=primary.bucket, Key="key", Body=b"abc")["VersionId"]
    primary.s3.put_object(Bucket=primary.bucket, Key="key", Body=b"other")
    with primary.fetched("key", version=first) as file:
        file.seek(0)
        assert file.read() == b"abc"


def test_bytes_that_changed_on_their_way_here_are_noticed(primary: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    primary.put("key", b"abc", over=None)
    answer = primary.s3.get_object(Bucket=primary.bucket, Key="key")
    monkeypatch.setattr(primary.s3, "get_object", lambda **_: {**answer, "ETag": '"0"'})
    with (
        pytest.raises(TransferError, match="key: arrived from us-east-1 other than it is stored"),
        primary.fetched("key"),
    ):
        pass


def test_bytes_that_changed_on_their_way_there_are_noticed(primary: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(primary.s3, "put_object", lambda **_: {"ETag": '"0"'})
    with pytest.raises(TransferError, match="key: stored in us-east-1 other than it was sent"):
        primary.put("key", b"abc", over=None)
