"""How many turns each phase is planned for."""

import json
from pathlib import Path

import pytest

from schemas.keys.grammar import Phase
from schemas.registry.models_file import RegistryError
from schemas.registry.phases import load_planned_turns


def write(folder: Path, version: str, turns: int) -> None:
    profile = {"phase": "P2", "target_tokens": 1, "target_turns": turns, "noise_level": "none"}
    document = {"version": f"phases-{version}", "profiles": [profile]}
    (folder / f"phases-{version}.json").write_text(json.dumps(document))


def test_every_phase_of_the_registry_has_a_plan() -> None:
    assert load_planned_turns().keys() == {*Phase}


def test_the_newest_document_counts(tmp_path: Path) -> None:
    for version, turns in (("1.9", 1), ("1.10", 2), ("1.2.7", 3)):
        write(tmp_path, version, turns)
    assert load_planned_turns(tmp_path) == {Phase.P2: 2}


def test_no_document_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="expected a phases document"):
        load_planned_turns(tmp_path)
