"""A manifest is composed of what is published, and of nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from ops.registry.publish.composing import Choices, compose
from ops.registry.publish.publishing import Publisher, RefusedError
from ops.registry.store import Store
from schemas.keys.grammar import ArtifactKind
from schemas.models import RunManifest
from schemas.registry.documents import load_documents
from schemas.registry.models_file import MODELS_FILE

NOW = datetime(2025, 11, 5, 12, tzinfo=UTC)
ARTIFACTS: Mapping[ArtifactKind, str] = {
    ArtifactKind.SEEDS: "seeds-20251105",
    ArtifactKind.RUBRIC: "rubric-1.1",
    ArtifactKind.SYSTEM_PROMPT: "soc-1.2",
    ArtifactKind.JUDGE_PROMPT: "judge-2.3",
    ArtifactKind.PHASES: "phases-1.0",
}
CHOICES = Choices(
    models=["claude-3.5-sonnet"], temperatures=[0.7], artifacts=ARTIFACTS, max_turns=40, judge_model="claude-3-opus"
)


@pytest.fixture
def publisher(primary: Store, replica: Store) -> Publisher:
    """Return the publisher of a registry that is published."""
    publisher = Publisher(primary=primary, replica=replica, may_replace=lambda *_: False)
    for document in load_documents(MODELS_FILE.parent):
        publisher.publish(document)
    return publisher


def test_short_names_become_references_that_can_be_published(publisher: Publisher) -> None:
    document = compose(CHOICES, store=publisher.primary, now=NOW)
    publisher.publish(document)
    manifest = msgspec.json.decode(document.content, type=RunManifest)
    assert str(document.key) == f"manifests/{manifest.manifest_id}.json"
    assert manifest.created_at == NOW
    assert manifest.rubric_version.startswith("rubric-1.1@sha256:")
    assert (manifest.models, manifest.temperatures, manifest.max_turns) == (["claude-3.5-sonnet"], [0.7], 40)


def test_the_same_choices_later_that_day_are_the_manifest_that_is_there(publisher: Publisher) -> None:
    first = compose(CHOICES, store=publisher.primary, now=NOW)
    publisher.publish(first)
    assert compose(CHOICES, store=publisher.primary, now=NOW + timedelta(hours=2)) == first
    assert compose(CHOICES, store=publisher.primary, now=NOW + timedelta(days=1)) != first


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        (
            replace(CHOICES, models=["gpt-4-turbo"]),
            "manifest: model 'gpt-4-turbo': expected one of config/models.json",
        ),
        (
            replace(CHOICES, artifacts={**ARTIFACTS, ArtifactKind.RUBRIC: "rubric-1"}),
            "manifest: 'rubric-1' in config/rubrics/: expected one of rubric-1.1",
        ),
        (replace(CHOICES, temperatures=[3.0]), "manifest: Expected `float` <= 2.0 - at `$.temperatures[0]`"),
        (replace(CHOICES, temperatures=[]), "manifest: Expected `array` of length >= 1 - at `$.temperatures`"),
        (replace(CHOICES, max_turns=0), "manifest: Expected `int` >= 1 - at `$.max_turns`"),
    ],
)
def test_a_choice_that_is_not_published_or_not_valid_is_refused(
    publisher: Publisher, choices: Choices, message: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        compose(choices, store=publisher.primary, now=NOW)
    assert str(caught.value).startswith(message)


def test_a_version_with_two_contents_is_refused(publisher: Publisher) -> None:
    publisher.primary.put("config/rubrics/rubric-1.1@sha256_00000000.json", b"{}", over=None)
    with pytest.raises(RefusedError, match=r"^manifest: rubric-1.1: published more than once: config/rubrics/"):
        compose(CHOICES, store=publisher.primary, now=NOW)


def test_without_a_registry_the_error_says_to_publish_it(primary: Store) -> None:
    with pytest.raises(RefusedError, match=r"expected one of config/models.json: nothing, publish it first$"):
        compose(CHOICES, store=primary, now=NOW)
