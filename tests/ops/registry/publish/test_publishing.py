"""A publication is acknowledged when both Regions have it, whatever else is published or fails in between."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from botocore.exceptions import ClientError

from ops.failures import CommandError
from ops.registry.publish.publishing import Acknowledged, Outcome, Publisher, RefusedError
from ops.registry.store import Store
from schemas.keys.layout import MODELS_KEY, ArtifactKey, GoldenSetKey, ManifestKey, ModelsKey
from schemas.registry.artifacts import artifact_key
from schemas.registry.documents import Document, load_documents
from schemas.registry.manifests import REFERENCE_FIELDS, Reference
from schemas.registry.models_file import MODELS_FILE
from tests.ops.registry.faults import overtaken, unreachable
from tests.schemas.registry.test_manifests import MANIFEST

SYSTEM = "prompts/system/soc-1.2.txt"
GOLDEN_SET = Document(GoldenSetKey("golden_set_v1"), b"1")
MODELS = MODELS_FILE.read_bytes()
CHEAPER = Document(ModelsKey(), MODELS.replace(b"15.0", b"12.0", 1))
DEARER = Document(ModelsKey(), MODELS.replace(b"15.0", b"18.0", 1))
WRITTEN, PRESENT = Outcome.WRITTEN, Outcome.PRESENT


def prompt(content: bytes, name: str = SYSTEM) -> Document:
    return Document(artifact_key(Path(name), content, name), content)


def publisher(primary: Store, replica: Store, *, overwrite: bool = True) -> Publisher:
    return Publisher(primary=primary, replica=replica, may_replace=lambda *_: overwrite)


def contents(store: Store) -> dict[str, bytes]:
    return {it.key: found.content for it in store.listing("") if (found := store.read(it.key))}


def assert_next_run_completes(primary: Store, replica: Store, document: Document) -> None:
    """Hold the two to what a publication that got no further than the primary leaves."""
    assert contents(primary) == {str(document.key): document.content}
    assert contents(replica) == {}
    again = publisher(primary, replica).publish(document)
    assert again == Acknowledged(str(document.key), PRESENT, WRITTEN)
    assert contents(replica) == contents(primary)


def test_what_is_acknowledged_is_in_both_regions(primary: Store, replica: Store) -> None:
    documents = load_documents(MODELS_FILE.parent)
    acknowledged = [publisher(primary, replica).publish(document) for document in documents]
    assert acknowledged == [Acknowledged(str(document.key), WRITTEN, WRITTEN) for document in documents]
    assert contents(primary) == contents(replica) == {str(it.key): it.content for it in documents}


def test_a_second_run_changes_nothing_and_succeeds(primary: Store, replica: Store) -> None:
    documents = load_documents(MODELS_FILE.parent)
    _, acknowledged = [[publisher(primary, replica).publish(document) for document in documents] for _ in range(2)]
    assert {(it.primary, it.replica) for it in acknowledged} == {(PRESENT, PRESENT)}
    versions = primary.s3.list_object_versions(Bucket=primary.bucket)["Versions"]
    assert len(versions) == len(documents)


@pytest.mark.parametrize("document", [prompt(b"abc"), CHEAPER], ids=["artifact", "models"])
def test_an_unreachable_replica_is_no_acknowledgement_and_the_next_run_completes_it(
    primary: Store, replica: Store, document: Document
) -> None:
    with pytest.raises(CommandError) as caught:
        publisher(primary, unreachable(replica)).publish(document)
    line = f"{document.key} is in us-east-1 but not in us-west-2, so it is not published: run this again: AWS cannot"
    assert str(caught.value).startswith(line)
    assert_next_run_completes(primary, replica, document)


@pytest.mark.parametrize("document", [prompt(b"abc"), CHEAPER], ids=["artifact", "models"])
def test_what_a_crash_between_the_regions_left_is_completed_by_the_next_run(
    primary: Store, replica: Store, document: Document
) -> None:
    def crash() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publisher(primary, overtaken(replica, crash)).publish(document)
    assert_next_run_completes(primary, replica, document)


@pytest.mark.parametrize("document", [prompt(b"abc"), CHEAPER], ids=["artifact", "models"])
def test_a_replica_that_lost_its_bucket_is_no_acknowledgement(
    primary: Store, replica: Store, document: Document
) -> None:
    with pytest.raises(CommandError, match=r"not in us-west-2, so it is not published: run this again: AWS refused"):
        publisher(primary, replace(replica, bucket="no-such-bucket")).publish(document)


def test_an_unreachable_primary_leaves_the_replica_alone(primary: Store, replica: Store) -> None:
    with pytest.raises(Exception, match="Could not connect"):
        publisher(unreachable(primary), replica).publish(GOLDEN_SET)
    assert contents(replica) == {}


def test_what_s3_replicated_first_is_there_already(primary: Store, replica: Store) -> None:
    document = prompt(b"abc")
    first = overtaken(replica, lambda: replica.put(str(document.key), document.content, over=None))
    assert publisher(primary, first).publish(document).replica is PRESENT


def test_of_two_publishers_of_one_name_the_first_wins_in_both_regions(primary: Store, replica: Store) -> None:
    other = replace(GOLDEN_SET, content=b"2")
    late = overtaken(primary, lambda: publisher(primary, replica).publish(other))
    with pytest.raises(RefusedError, match=r"golden_set_v1.jsonl: us-east-1 has another content under this name"):
        publisher(late, replica).publish(GOLDEN_SET)
    assert contents(primary) == contents(replica) == {str(other.key): b"2"}


def test_another_content_of_a_published_version_is_refused(primary: Store, replica: Store) -> None:
    # A longer version number begins alike, and is another version.
    publisher(primary, replica).publish(prompt(b"abcd", "prompts/system/soc-1.2.1.txt"))
    first = publisher(primary, replica).publish(prompt(b"abc"))
    with pytest.raises(RefusedError, match=f"{first.key} has this version already"):
        publisher(primary, replica).publish(prompt(b"abcd"))
    assert list(contents(primary)) == list(contents(replica))
    assert len(contents(primary)) == 2


def test_two_publishers_of_one_version_learn_of_each_other(primary: Store, replica: Store) -> None:
    late = overtaken(primary, lambda: publisher(primary, replica).publish(prompt(b"abcd")))
    with pytest.raises(RefusedError, match="has this version already"):
        publisher(late, replica).publish(prompt(b"abc"))


def test_a_tampered_replica_is_refused_and_not_replaced(primary: Store, replica: Store) -> None:
    document = prompt(b"abc")
    replica.put(str(document.key), b"tampered", over=None)
    with pytest.raises(RefusedError, match="us-west-2 has another content under this name, which is never replaced"):
        publisher(primary, replica).publish(document)
    assert contents(replica) == {str(document.key): b"tampered"}


def test_models_are_replaced_after_their_changes_were_shown(primary: Store, replica: Store) -> None:
    publisher(primary, replica).publish(Document(ModelsKey(), MODELS))
    shown: list[object] = []

    def show(*change: object) -> bool:
        assert contents(primary) == {MODELS_KEY: MODELS}
        shown.append(change)
        return True

    acknowledged = Publisher(primary=primary, replica=replica, may_replace=show).publish(CHEAPER)
    assert acknowledged == Acknowledged(MODELS_KEY, WRITTEN, WRITTEN)
    assert shown == [(MODELS_KEY, MODELS, CHEAPER.content)]
    assert contents(primary) == contents(replica) == {MODELS_KEY: CHEAPER.content}


def test_models_stay_without_consent_to_replace_them(primary: Store, replica: Store) -> None:
    publisher(primary, replica).publish(Document(ModelsKey(), MODELS))
    with pytest.raises(RefusedError, match="differs from the one in us-east-1, --overwrite it"):
        publisher(primary, replica, overwrite=False).publish(CHEAPER)
    assert contents(primary) == contents(replica) == {MODELS_KEY: MODELS}


def test_models_that_changed_since_they_were_read_are_not_replaced(primary: Store, replica: Store) -> None:
    publisher(primary, replica).publish(Document(ModelsKey(), MODELS))
    late = overtaken(primary, lambda: publisher(primary, replica).publish(DEARER))
    with pytest.raises(RefusedError, match="was changed by someone else meanwhile"):
        publisher(late, replica).publish(CHEAPER)
    assert contents(primary) == contents(replica) == {MODELS_KEY: DEARER.content}


def test_models_that_changed_while_their_changes_were_shown_are_not_replaced(primary: Store, replica: Store) -> None:
    publisher(primary, replica).publish(Document(ModelsKey(), MODELS))

    def show(*_: object) -> bool:
        publisher(primary, replica).publish(DEARER)
        return True

    with pytest.raises(RefusedError, match="was changed by someone else meanwhile"):
        Publisher(primary=primary, replica=replica, may_replace=show).publish(CHEAPER)
    assert contents(primary) == contents(replica) == {MODELS_KEY: DEARER.content}


def test_first_models_of_a_rival_publication_are_not_replaced(primary: Store, replica: Store) -> None:
    late = overtaken(primary, lambda: publisher(primary, replica).publish(DEARER))
    with pytest.raises(RefusedError, match="was changed by someone else meanwhile"):
        publisher(late, replica).publish(CHEAPER)
    assert contents(primary) == contents(replica) == {MODELS_KEY: DEARER.content}


def test_older_models_do_not_replace_newer_ones_in_the_replica(primary: Store, replica: Store) -> None:
    publisher(primary, replica).publish(Document(ModelsKey(), MODELS))
    overtaken_there = overtaken(replica, lambda: publisher(primary, replica).publish(DEARER))
    with pytest.raises(RefusedError, match="was changed by someone else meanwhile"):
        publisher(primary, overtaken_there).publish(CHEAPER)
    assert contents(primary) == contents(replica) == {MODELS_KEY: DEARER.content}


def test_a_replica_that_s3_overtakes_with_the_same_models_is_there_already(primary: Store, replica: Store) -> None:
    publisher(primary, replica).publish(Document(ModelsKey(), MODELS))

    def replicate() -> None:
        replica.s3.put_object(Bucket=replica.bucket, Key=MODELS_KEY, Body=CHEAPER.content)

    acknowledged = publisher(primary, overtaken(replica, replicate)).publish(CHEAPER)
    assert acknowledged == Acknowledged(MODELS_KEY, WRITTEN, PRESENT)


def manifest(**fields: object) -> Document:
    made = msgspec.structs.replace(MANIFEST, **fields)
    return Document(ManifestKey(made.manifest_id), msgspec.json.encode(made))


def published_references(primary: Store, replica: Store) -> dict[str, object]:
    """Publish the registry and return the fields that refer to it."""
    found: dict[str, object] = {}
    for document in load_documents(MODELS_FILE.parent):
        publisher(primary, replica).publish(document)
        if isinstance(document.key, ArtifactKey):
            found[REFERENCE_FIELDS[document.key.kind]] = str(Reference.to(document.key, document.content))
    return found


def test_a_manifest_of_published_artifacts_is_published(primary: Store, replica: Store) -> None:
    document = manifest(**published_references(primary, replica))
    assert publisher(primary, replica).publish(document) == Acknowledged(str(document.key), WRITTEN, WRITTEN)


@pytest.mark.parametrize(
    ("end", "message"),
    [("0" * 56, "but the published content is "), (None, "which is not published")],
    ids=["another content", "no artifact"],
)
def test_a_manifest_with_a_dangling_reference_is_refused(
    primary: Store, replica: Store, end: str | None, message: str
) -> None:
    fields = published_references(primary, replica)
    name, _, digest = str(fields["rubric_version"]).partition("@sha256:")
    fields["rubric_version"] = f"{name}@sha256:{digest[:8] + end if end else '0' * 64}"
    with pytest.raises(RefusedError) as caught:
        publisher(primary, replica).publish(manifest(**fields))
    assert f"refers to {fields['rubric_version']}, " in str(caught.value)
    assert message in str(caught.value)
    assert not [*primary.listing("manifests/")]


def test_a_conflicting_write_is_tried_again(primary: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [409, 409, 200]

    def put_object(**_: object) -> dict[str, str]:
        if answers.pop(0) != 200:
            raise ClientError({"Error": {"Code": "ConditionalRequestConflict"}}, "PutObject")
        return {"ETag": '"d41d8cd98f00b204e9800998ecf8427e"'}

    monkeypatch.setattr(primary.s3, "put_object", put_object)
    assert primary.put("key", b"", over=None)
    answers += [409] * 5
    with pytest.raises(ClientError):
        primary.put("key", b"", over=None)


def test_what_is_to_be_replaced_and_is_gone_is_not_replaced(primary: Store) -> None:
    assert not primary.put("key", b"", over='"0"')
