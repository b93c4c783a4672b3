"""What is wrong with a registry is named, object by object; what is right is not."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import msgspec
import pytest

from ops.registry.verify.copies import repairable
from ops.registry.verify.verification import DifferenceKind as Kind, Examined, Verification, examine, verify
from schemas.keys.layout import MODELS_KEY, ArtifactKey, ManifestKey
from schemas.registry.documents import Document, load_documents
from schemas.registry.manifests import REFERENCE_FIELDS, Reference
from schemas.registry.models_file import MODELS_FILE, load_models
from tests.lake.results import result
from tests.schemas.registry.test_manifests import MANIFEST

DOCUMENTS = load_documents(MODELS_FILE.parent)
RESULT = "calibration/results/2025-11-05.json"


def manifest() -> Document:
    """Return a manifest of the registry that ships."""
    fields = {
        REFERENCE_FIELDS[it.key.kind]: str(Reference.to(it.key, it.content))
        for it in DOCUMENTS
        if isinstance(it.key, ArtifactKey)
    }
    made = msgspec.structs.replace(MANIFEST, **fields)
    return Document(ManifestKey(made.manifest_id), msgspec.json.encode(made))


OBJECTS: Mapping[str, bytes] = {str(it.key): it.content for it in (*DOCUMENTS, manifest())} | {RESULT: result()}
MANIFEST_OBJECT = str(manifest().key)
RUBRIC = next(key for key in OBJECTS if "rubric" in key)


def found(
    primary: Mapping[str, bytes] = OBJECTS,
    replica: Mapping[str, bytes] = OBJECTS,
    *,
    repository: Sequence[Document] = DOCUMENTS,
    enum: Collection[str] = tuple(load_models()),
    replication: str | None = "COMPLETED",
) -> Verification:
    return verify(
        primary=[examine(key, content, replication) for key, content in primary.items()],
        replica=[examine(key, content, "REPLICA") for key, content in replica.items()],
        repository=repository,
        models=load_models(),
        enums={"turns": enum},
    )


def kinds(verification: Verification) -> list[tuple[str, str, str]]:
    return [(it.kind, it.key, it.region) for it in verification.differences]


def without(*keys: str) -> Mapping[str, bytes]:
    return {key: content for key, content in OBJECTS.items() if key not in keys}


def test_what_both_regions_have_is_verified() -> None:
    verification = found()
    assert verification.verified
    assert (verification.primary, verification.replica) == (len(OBJECTS), len(OBJECTS))
    assert verification.replication_counts() == {"COMPLETED": len(OBJECTS)}


def test_an_object_that_no_rule_covers_has_no_state_of_replication() -> None:
    assert found(replication=None).replication == {}


@pytest.mark.parametrize("key", OBJECTS)
def test_what_a_region_lacks_is_named(key: str) -> None:
    assert kinds(found(replica=without(key))) == [(Kind.MISSING_IN_REPLICA, key, "us-west-2")]
    (lost,) = [it for it in found(primary=without(key)).differences if it.kind is Kind.MISSING_IN_PRIMARY]
    assert (lost.key, lost.region) == (key, "us-east-1")


def test_a_missing_object_says_how_far_its_replication_is() -> None:
    (difference,) = found(replica=without(RESULT), replication="PENDING").differences
    assert difference.detail == "replication PENDING"


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2"])
def test_a_tampered_artifact_is_invalid_and_different(region: str) -> None:
    tampered = {**OBJECTS, RUBRIC: OBJECTS[RUBRIC] + b" "}
    verification = found(primary=tampered) if region == "us-east-1" else found(replica=tampered)
    assert (Kind.INVALID_OBJECT, RUBRIC, region) in kinds(verification)
    assert (Kind.DIFFERENT_CONTENT, RUBRIC, "us-west-2") in kinds(verification)
    digest = hashlib.sha256(tampered[RUBRIC]).hexdigest()[:8]
    (invalid,) = [it for it in verification.differences if it.kind is Kind.INVALID_OBJECT]
    assert invalid.detail.startswith(f"{RUBRIC}: its SHA-256 begins with {digest}, not with")


def test_an_artifact_tampered_alike_in_both_regions_is_invalid_in_both() -> None:
    tampered = {**OBJECTS, RUBRIC: b"{}"}
    assert [it for it in kinds(found(tampered, tampered)) if it[1] == RUBRIC] == [
        (Kind.INVALID_OBJECT, RUBRIC, "us-east-1"),
        (Kind.INVALID_OBJECT, RUBRIC, "us-west-2"),
    ]


@pytest.mark.parametrize("content", [None, b"another"], ids=["gone", "tampered"])
def test_a_manifest_that_refers_to_what_is_not_there_is_dangling(content: bytes | None) -> None:
    damaged = without(RUBRIC) if content is None else {**OBJECTS, RUBRIC: content}
    (dangling,) = [it for it in found(primary=damaged).differences if it.kind is Kind.DANGLING_REFERENCE]
    assert dangling.key == MANIFEST_OBJECT
    assert dangling.detail == f"rubric-1.1@sha256:{hashlib.sha256(OBJECTS[RUBRIC]).hexdigest()}"


@pytest.mark.parametrize(
    ("key", "content"),
    [
        ("config/rubrics/notes.txt", b""),
        ("calibration/results/2025-11-05.csv", b""),
        ("manifests/manifest_20251105_00000001.json", b"{}"),
        ("calibration/golden_sets/golden_set_v1.jsonl", b""),
    ],
)
def test_what_does_not_belong_is_invalid_in_both_regions(key: str, content: bytes) -> None:
    objects = {**OBJECTS, key: content}
    expected = [(Kind.INVALID_OBJECT, key, "us-east-1"), (Kind.INVALID_OBJECT, key, "us-west-2")]
    assert kinds(found(objects, objects)) == expected


def test_two_contents_of_one_version_are_named() -> None:
    prompt = next(key for key in OBJECTS if "soc-1.2" in key)
    other = prompt.replace(prompt.partition("_")[2][:8], hashlib.sha256(b"other").hexdigest()[:8])
    objects = {**OBJECTS, other: b"other"}
    (difference,) = found(objects, objects).differences
    assert (difference.kind, difference.key) == (Kind.VERSION_WITH_TWO_CONTENTS, "config/prompts/system/soc-1.2")
    assert difference.detail == ", ".join(sorted((prompt, other)))


def test_what_the_repository_has_and_the_lake_has_not_is_unpublished() -> None:
    absent = without(RUBRIC, MANIFEST_OBJECT)
    assert kinds(found(absent, absent)) == [(Kind.UNPUBLISHED, RUBRIC, "us-east-1")]


def test_models_that_differ_from_the_repositorys_are_named() -> None:
    other = {**OBJECTS, MODELS_KEY: OBJECTS[MODELS_KEY].replace(b"15.0", b"12.0", 1)}
    assert kinds(found(other, other)) == [(Kind.MODELS_DIFFER, MODELS_KEY, "us-east-1")]


def test_models_that_the_deployed_catalog_does_not_see_are_named() -> None:
    first, *others = load_models()
    (difference,) = found(enum=[*others, "gpt-4-turbo"]).differences
    assert (difference.kind, difference.key) == (Kind.ENUM_DIFFERS, "turns")
    assert difference.detail == f"lacks {first}; still has gpt-4-turbo: deploy the catalog"


def test_a_copy_mends_what_is_missing_and_what_may_change_but_nothing_written_once() -> None:
    damaged = {**without(RUBRIC), MODELS_KEY: b"[]", MANIFEST_OBJECT: b"{}"}
    mended = {(it.kind, it.key) for it in repairable(found(replica=damaged))}
    assert mended == {(Kind.MISSING_IN_REPLICA, RUBRIC), (Kind.DIFFERENT_CONTENT, MODELS_KEY)}
    older = {**OBJECTS, RESULT: result().replace(b"0.03", b"0.02")}
    assert [(it.kind, it.key) for it in repairable(found(replica=older))] == [(Kind.DIFFERENT_CONTENT, RESULT)]


def test_a_copy_of_what_is_invalid_mends_nothing() -> None:
    assert repairable(found({**OBJECTS, RUBRIC: b"{}"}, without(RUBRIC))) == []


def test_examined_objects_do_not_keep_their_content() -> None:
    assert examine(RESULT, result()) == Examined(RESULT, hashlib.sha256(result()).hexdigest())
    assert replace(examine(RESULT, b""), problem=None) == Examined(RESULT, hashlib.sha256(b"").hexdigest())
