"""CONTRIBUTING names files, targets, commands and constants that exist."""

import re
import shlex
from pathlib import Path

import pytest

from ops.cli import build_parser
from tools.diff.acknowledgement import acknowledged

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
CODE = re.findall(r"`([^`]+)`", TEXT)
PATHS = sorted({code for code in CODE if re.fullmatch(r"[\w./-]+(/|\.(py|md|json|yaml))", code)})
COMMANDS = sorted({code for code in CODE if code.startswith("ops ")})


@pytest.mark.parametrize("path", PATHS)
def test_path_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_accepted(command: str) -> None:
    assert build_parser().parse_args(shlex.split(command)[1:]).command


def test_every_target_exists() -> None:
    named = {target for code in CODE if code.startswith("make ") for target in re.findall(r" ([a-z]+)\b", code)}
    assert named
    assert named <= {*re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)}


def test_every_constant_exists() -> None:
    constants = {code for code in CODE if re.fullmatch(r"[A-Z]+(_[A-Z]+)*", code)}
    sources = "".join(path.read_text() for path in (ROOT / "schemas").rglob("*.py"))
    assert constants
    assert [name for name in constants if f"{name}: Final" not in sources] == []


def test_something_of_each_kind_is_named() -> None:
    assert len(PATHS) > 15
    assert COMMANDS
    assert acknowledged("\n".join(CODE))
