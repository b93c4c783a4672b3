"""The registry that ships, and the one line that a bad one gets."""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from schemas.keys.grammar import ArtifactKind, Phase
from schemas.keys.layout import ArtifactKey
from schemas.models import JudgeScores, Phases, Rubric, Seed, Violation
from schemas.models.registry import SeedVector
from schemas.registry.artifacts import Registry, load_registry
from schemas.registry.models_file import MODELS_FILE, RegistryError
from tests.schemas import test_models

CONFIG = MODELS_FILE.parent
RUBRIC = "rubrics/rubric-1.1.json"
PHASES = "phases/phases-1.0.json"
SEEDS = "seeds/seeds-20251105.json"
SYSTEM = "prompts/system/soc-1.2.txt"
JUDGE = "prompts/judge/judge-2.3.txt"

Edit = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the registry that ships."""
    return shutil.copytree(CONFIG, tmp_path / "config")


@pytest.fixture(scope="module")
def shipped() -> Registry:
    return load_registry()


def content(registry: Registry, kind: ArtifactKind) -> bytes:
    (found,) = [body for key, body in registry.artifacts.items() if key.kind is kind]
    return found


def replaced(file: str, old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))

    return edit


def written(file: str, body: bytes) -> Edit:
    def edit(folder: Path) -> None:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(body)

    return edit


def entries(file: str, change: Callable[[list[dict[str, object]]], object]) -> Edit:
    """Return an edit of a file's list of objects."""

    def edit(folder: Path) -> None:
        found = json.loads((folder / file).read_text())
        change(found)
        (folder / file).write_text(json.dumps(found))

    return edit


def refusal(folder: Path) -> str:
    with pytest.raises(RegistryError) as caught:
        load_registry(folder)
    return str(caught.value)


def test_the_registry_that_ships_has_an_artifact_of_every_kind(shipped: Registry) -> None:
    assert sorted(key.kind for key in shipped.artifacts) == sorted(ArtifactKind)
    assert {f"{key.name}-{key.version}" for key in shipped.artifacts} == {
        "rubric-1.1",
        "soc-1.2",
        "judge-2.3",
        "phases-1.0",
        "seeds-20251105",
    }


def test_an_artifacts_key_holds_the_digest_of_its_content(folder: Path) -> None:
    (folder / SYSTEM).write_bytes(b"abc")
    # FIPS 180-2 gives this digest as its first example.
    key = ArtifactKey(ArtifactKind.SYSTEM_PROMPT, "soc", "1.2", "ba7816bf")
    assert load_registry(folder).artifacts[key] == b"abc"


def test_models_begin_with_the_example_of_the_layout_document(shipped: Registry) -> None:
    (example,) = json.loads(test_models.MODELS)
    assert msgspec.to_builtins(next(iter(shipped.models.values()))) == example
    assert len(shipped.models) >= 6
    assert len({model.provider for model in shipped.models.values()}) >= 4
    # The demo needs a model that no registry has.
    assert "gpt-4-turbo" not in shipped.models


def test_rubric_is_the_layout_documents(shipped: Registry) -> None:
    rubric = msgspec.json.decode(content(shipped, ArtifactKind.RUBRIC), type=Rubric)
    assert rubric == msgspec.json.decode(test_models.RUBRIC, type=Rubric)


def test_phases_are_all_four_and_keep_those_of_the_layout_document(shipped: Registry) -> None:
    profiles = msgspec.json.decode(content(shipped, ArtifactKind.PHASES), type=Phases).profiles
    documented = msgspec.json.decode(test_models.PHASES, type=Phases).profiles
    assert [profile.phase for profile in profiles] == list(Phase)
    assert [profile for profile in profiles if profile.phase in (Phase.P0, Phase.P2)] == documented
    tokens = [profile.target_tokens for profile in profiles]
    assert tokens == sorted(set(tokens))
    assert all(decoy.planted_at_turn <= it.target_turns for it in profiles for decoy in it.decoys)


def test_seeds_are_a_dozen_of_every_method(shipped: Registry) -> None:
    seeds = msgspec.json.decode(content(shipped, ArtifactKind.SEEDS), type=list[Seed])
    # The ids that ops.sample writes into its runs.
    assert [seed.seed_id for seed in seeds] == [f"seed-{number:03}" for number in range(1, 13)]
    assert {seed.vector for seed in seeds} == set(SeedVector)
    assert all(seed.goals for seed in seeds)


def test_judge_prompt_asks_for_exactly_the_scores_that_a_turn_holds(shipped: Registry) -> None:
    prompt = content(shipped, ArtifactKind.JUDGE_PROMPT).decode()
    (answer,) = re.findall(r"^\{\n.*?^\}$", prompt, re.DOTALL | re.MULTILINE)
    assert json.loads(answer).keys() == set(JudgeScores.__struct_fields__)
    scores = msgspec.json.decode(answer, type=JudgeScores)
    assert scores.score == pytest.approx(0.2 * scores.form + 0.3 * scores.substance + 0.5 * scores.purity)
    listed = re.search(r"List every violation.*?\n\n", prompt, re.DOTALL)
    assert listed
    assert re.findall(r"^  (\w+) ", listed[0], re.MULTILINE) == list(Violation)


BAD: Mapping[str, tuple[Edit, str]] = {
    "no models": (lambda folder: (folder / "models.json").unlink(), "config/models.json: No such file or directory"),
    "a model id that an enum cannot hold": (
        replaced("models.json", '"gpt-5"', '"gpt,5"'),
        "config/models.json: Expected `str` matching regex '^[a-z0-9][a-z0-9.-]{0,63}\\\\Z' - at `$[3].model_id`",
    ),
    "a model without a price": (
        entries("models.json", lambda models: models[1].pop("cost_per_1m_prompt")),
        "config/models.json: Object missing required field `cost_per_1m_prompt` - at `$[1]`",
    ),
    "a model twice": (
        replaced("models.json", '"gpt-5"', '"claude-3.5-sonnet"'),
        "config/models.json: model_id 'claude-3.5-sonnet' occurs more than once",
    ),
    "weights that do not sum to 1": (
        replaced(RUBRIC, "0.5", "0.6"),
        "config/rubrics/rubric-1.1.json: weights of dimensions sum to 1.1, expected 1",
    ),
    "a weight above 1": (
        replaced(RUBRIC, "0.5", "5"),
        "config/rubrics/rubric-1.1.json: Expected `float` <= 1.0 - at `$.dimensions[...].weight`",
    ),
    "a rubric of another version than its name": (
        replaced(RUBRIC, "rubric-1.1", "rubric-1.2"),
        "config/rubrics/rubric-1.1.json: version 'rubric-1.2': expected 'rubric-1.1', as the file is named",
    ),
    "phases of another version than their name": (
        replaced(PHASES, "phases-1.0", "1.0"),
        "config/phases/phases-1.0.json: version '1.0': expected 'phases-1.0', as the file is named",
    ),
    "a phase twice": (
        replaced(PHASES, '"P1"', '"P0"'),
        "config/phases/phases-1.0.json: phase 'P0' occurs more than once",
    ),
    "an unknown phase": (
        replaced(PHASES, '"P3"', '"P4"'),
        "config/phases/phases-1.0.json: Invalid enum value 'P4' - at `$.profiles[3].phase`",
    ),
    "an unknown noise level": (
        replaced(PHASES, '"heavy"', '"loud"'),
        "config/phases/phases-1.0.json: Invalid enum value 'loud' - at `$.profiles[3].noise_level`",
    ),
    "no seeds": (written(SEEDS, b"[]"), "config/seeds/seeds-20251105.json: expected at least one seed"),
    "a seed of an unknown method": (
        replaced(SEEDS, '"aporia"', '"rhetoric"'),
        "config/seeds/seeds-20251105.json: Invalid enum value 'rhetoric' - at `$[3].vector`",
    ),
    "a seed twice": (
        replaced(SEEDS, "seed-002", "seed-001"),
        "config/seeds/seeds-20251105.json: seed_id 'seed-001' occurs more than once",
    ),
    "seeds cut off": (written(SEEDS, b"["), "config/seeds/seeds-20251105.json: Input data was truncated"),
    "a prompt that is no UTF-8": (
        written(SYSTEM, b"caf\xe9 noir"),
        (
            "config/prompts/system/soc-1.2.txt: 'utf-8' codec can't decode byte 0xe9 in position 3:"
            " invalid continuation byte"
        ),
    ),
    "an empty prompt": (written(JUDGE, b" \n"), "config/prompts/judge/judge-2.3.txt: expected a text"),
    "a name that is none of its kind": (
        written("rubrics/rules-1.json", b"{}"),
        (
            "config/rubrics/rules-1.json: published as 'config/rubrics/rules-1@sha256_44136fa3.json': name 'rules':"
            " expected 'rubric' in config/rubrics/"
        ),
    ),
    "seeds of no day": (
        written("seeds/seeds-20251131.json", b"[]"),
        (
            "config/seeds/seeds-20251131.json: published as 'config/seeds/seeds-20251131@sha256_4f53cda1.json':"
            " version '20251131': expected the calendar date YYYYMMDD"
        ),
    ),
    "a file of another kind": (
        written("notes.md", b""),
        (
            "config/notes.md: published as 'config/notes@sha256_e3b0c442.md': expected"
            " config/{kind}/{name}-{version}@sha256_{digest}.{extension}"
        ),
    ),
    "a folder of another kind": (
        written("personas/p-1.json", b""),
        (
            "config/personas/p-1.json: published as 'config/personas/p-1@sha256_e3b0c442.json': kind 'personas':"
            " expected one of seeds, rubrics, prompts/system, prompts/judge, phases"
        ),
    ),
    "a second models.json": (
        written("rubrics/models.json", b""),
        (
            "config/rubrics/models.json: published as 'config/rubrics/models@sha256_e3b0c442.json': expected"
            " config/{kind}/{name}-{version}@sha256_{digest}.{extension}"
        ),
    ),
}


@pytest.mark.parametrize(("edit", "line"), BAD.values(), ids=BAD)
def test_a_bad_registry_is_refused_in_one_line_that_names_file_entry_and_field(
    folder: Path, edit: Edit, line: str
) -> None:
    edit(folder)
    assert refusal(folder) == line
    assert "\n" not in line


def test_hidden_files_and_empty_folders_are_no_artifacts(folder: Path, shipped: Registry) -> None:
    written("prompts/.DS_Store", b"\x00")(folder)
    (folder / "personas").mkdir()
    assert load_registry(folder) == shipped
