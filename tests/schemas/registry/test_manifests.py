"""What a manifest refers to, and how it is named."""

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, strategies as st

from schemas.keys.grammar import ArtifactKind
from schemas.keys.layout import ArtifactKey, ManifestKey
from schemas.models import RunManifest
from schemas.registry.manifests import REFERENCE_FIELDS, Reference, parse_manifest, references, with_id
from schemas.registry.models_file import RegistryError

NOON = datetime(2025, 11, 5, 12, tzinfo=UTC)
HASH = "0123456789abcdef" * 4
MANIFEST = RunManifest(
    manifest_id="manifest_20251105_a7f3e9c2",
    created_at=NOON,
    models=["claude-3.5-sonnet"],
    temperatures=[0.0, 0.7],
    seeds_version=f"seeds-20251105@sha256:{HASH}",
    rubric_version=f"rubric-1.1@sha256:{HASH}",
    system_prompt_version=f"soc-two-words-1.2@sha256:{HASH}",
    judge_prompt_version=f"judge-2.3@sha256:{HASH}",
    phases_version=f"phases-1.0@sha256:{HASH}",
    max_turns=40,
    judge_model="claude-3-opus",
)
KEY = str(ManifestKey(MANIFEST.manifest_id))


def changed(**fields: object) -> RunManifest:
    return msgspec.structs.replace(MANIFEST, **fields)


def test_a_manifest_refers_to_one_artifact_of_each_kind() -> None:
    found = references(MANIFEST)
    assert sorted(reference.key.kind for reference in found) == sorted(ArtifactKind)
    assert [str(reference) for reference in found] == [
        getattr(MANIFEST, field) for field in REFERENCE_FIELDS.values()
    ]
    assert {(reference.key.digest, reference.sha256) for reference in found} == {("01234567", HASH)}


@given(content=st.binary())
def test_a_reference_names_the_content(content: bytes) -> None:
    digest = hashlib.sha256(content).hexdigest()
    key = ArtifactKey(ArtifactKind.SYSTEM_PROMPT, "soc", "1.2", digest[:8])
    reference = Reference.to(key, content)
    assert str(reference) == f"soc-1.2@sha256:{digest}"
    (parsed,) = [it for it in references(changed(system_prompt_version=str(reference))) if it.key.name == "soc"]
    assert parsed == reference


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"rubric@sha256:{HASH}", "expected <name>-<version>@sha256:<64 hex digits>"),
        (f"rubric-x@sha256:{HASH}", "version 'x': expected numbers"),
        (f"soc-1.1@sha256:{HASH}", "name 'soc': expected 'rubric'"),
        (f"Rubric-1.1@sha256:{HASH}", "name 'Rubric': expected lower-case words"),
    ],
)
def test_a_reference_that_no_artifact_could_have_is_refused(text: str, message: str) -> None:
    with pytest.raises(RegistryError) as caught:
        parse_manifest(msgspec.json.encode(changed(rubric_version=text)), KEY)
    assert str(caught.value).startswith(f"{KEY}: rubric_version")
    assert message in str(caught.value)


def test_a_manifest_under_another_name_is_refused() -> None:
    content = msgspec.json.encode(MANIFEST)
    assert parse_manifest(content, KEY) == MANIFEST
    with pytest.raises(
        RegistryError, match=r"^manifests/manifest_20251105_00000000.json: manifest_id 'manifest_2025"
    ):
        parse_manifest(content, "manifests/manifest_20251105_00000000.json")


def test_the_same_choices_on_the_same_day_have_the_same_id() -> None:
    named = with_id(MANIFEST)
    assert named.manifest_id.startswith("manifest_20251105_")
    later = with_id(changed(created_at=NOON + timedelta(hours=11), manifest_id="manifest_00000000_00000000"))
    assert later.manifest_id == named.manifest_id
    assert with_id(changed(created_at=NOON + timedelta(hours=12))).manifest_id.startswith("manifest_20251106_")


@pytest.mark.parametrize(
    "fields",
    [
        {"models": ["gpt-5"]},
        {"temperatures": [0.7, 0.0]},
        {"rubric_version": f"rubric-1.2@sha256:{HASH}"},
        {"max_turns": 41},
        {"judge_model": "other"},
    ],
)
def test_another_choice_has_another_id(fields: dict[str, object]) -> None:
    assert with_id(changed(**fields)).manifest_id != with_id(MANIFEST).manifest_id
