"""An earlier version becomes the current one under the rules of its key, in both Regions where it is replicated."""

import pytest

from ops.failures import CommandError
from ops.registry.publish.publishing import RefusedError
from ops.registry.store import Store
from ops.registry.undelete.undeletion import undelete, versions
from schemas.keys.layout import MODELS_KEY, ModelsKey
from schemas.registry.documents import Document, load_documents
from schemas.registry.models_file import MODELS_FILE
from tests.ops.registry.publish.test_publishing import CHEAPER, MODELS, contents, publisher

RAW = "raw/any.jsonl"


def brought_back(key: str, version: str, primary: Store, replica: Store, *, overwrite: bool = False) -> bool:
    return undelete(key, version, publisher=publisher(primary, replica, overwrite=overwrite), overwrite=overwrite)


def put(store: Store, key: str, content: bytes) -> str:
    return store.s3.put_object(Bucket=store.bucket, Key=key, Body=content)["VersionId"]


def test_versions_are_listed_latest_first_deletions_too(primary: Store) -> None:
    first, second = put(primary, RAW, b"1"), put(primary, RAW, b"22")
    put(primary, f"{RAW}.other", b"")
    primary.s3.delete_object(Bucket=primary.bucket, Key=RAW)
    found = versions(primary, RAW)
    assert [(it.size, it.current) for it in found] == [(None, True), (2, False), (1, False)]
    assert [it.version_id for it in found[1:]] == [second, first]
    assert versions(primary, "absent") == []


def test_a_deleted_artifact_comes_back_and_the_replica_keeps_its_own(primary: Store, replica: Store) -> None:
    document = load_documents(MODELS_FILE.parent)[0]
    key = publisher(primary, replica).publish(document).key
    (version,) = versions(primary, key)
    primary.s3.delete_object(Bucket=primary.bucket, Key=key)
    assert brought_back(key, version.version_id, primary, replica)
    assert contents(primary) == contents(replica) == {key: document.content}
    assert not brought_back(key, version.version_id, primary, replica)


def test_earlier_models_come_back_in_both_regions_when_agreed(primary: Store, replica: Store) -> None:
    publisher(primary, replica).publish(Document(ModelsKey(), MODELS))
    (version,) = versions(primary, MODELS_KEY)
    publisher(primary, replica).publish(CHEAPER)
    with pytest.raises(RefusedError, match="differs from the one in us-east-1, --overwrite it"):
        brought_back(MODELS_KEY, version.version_id, primary, replica)
    assert brought_back(MODELS_KEY, version.version_id, primary, replica, overwrite=True)
    assert contents(primary) == contents(replica) == {MODELS_KEY: MODELS}


def test_a_version_of_the_registry_that_is_not_valid_does_not_come_back(primary: Store, replica: Store) -> None:
    version = put(primary, MODELS_KEY, b"[]")
    with pytest.raises(RefusedError, match=r"^config/models.json: expected at least one model"):
        brought_back(MODELS_KEY, version, primary, replica, overwrite=True)


def test_a_deleted_raw_object_comes_back_in_its_region_alone(primary: Store, replica: Store) -> None:
    version = put(primary, RAW, b"1")
    primary.s3.delete_object(Bucket=primary.bucket, Key=RAW)
    assert brought_back(RAW, version, primary, replica)
    assert contents(primary) == {RAW: b"1"}
    assert contents(replica) == {}


def test_a_raw_object_that_is_there_is_replaced_only_when_agreed(primary: Store, replica: Store) -> None:
    version = put(primary, RAW, b"1")
    put(primary, RAW, b"2")
    with pytest.raises(RefusedError, match=r"^raw/any.jsonl: another version is there, --overwrite it$"):
        brought_back(RAW, version, primary, replica)
    assert brought_back(RAW, version, primary, replica, overwrite=True)
    assert contents(primary) == {RAW: b"1"}
    assert not brought_back(RAW, version, primary, replica)


def test_a_version_that_is_not_there_names_those_that_are(primary: Store, replica: Store) -> None:
    version = put(primary, RAW, b"1")
    marker = primary.s3.delete_object(Bucket=primary.bucket, Key=RAW)["VersionId"]
    for wrong in ("nonsense", marker):
        with pytest.raises(CommandError) as caught:
            brought_back(RAW, wrong, primary, replica)
        assert str(caught.value) == f"{RAW}: no content in version {wrong}: expected one of {version}"
    with pytest.raises(CommandError, match=r"expected one of nothing$"):
        brought_back("raw/absent", version, primary, replica)
