"""What holds for every file: no traces of a machine, and no module that outgrew its subject."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# About 200 and 40 are the advice; beyond these a module or function is certainly about two things.
MODULE_LINES = 300
FUNCTION_LINES = 60
# Bracketed letters keep this file from matching itself.
MACHINE = re.compile(
    rb"/[w]ork/|/[r]oot/|/[h]ome/[a-z]+/|/[U]sers/[a-z]+/|/[t]mp/[a-z]"
    rb"|files\.[p]ythonhosted|registry\.[n]pmjs|[p]ypi\.org|[A]KIA[0-9A-Z]{16}"
)


def tracked() -> list[Path]:
    """Return every file that is or would be committed."""
    command = [
        "git",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]  # as `git add .` sees it
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def machine_traces(content: bytes) -> list[str]:
    return [match.group().decode() for match in MACHINE.finditer(content)]


def functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield each function's name and how many lines it has besides its docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            documented = ast.get_docstring(node) is not None
            docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - docstring


def oversized(text: str) -> list[str]:
    """Return what is too long in a module."""
    lines = len(text.splitlines())
    module = [f"module: {lines} lines"] if lines > MODULE_LINES else []
    long = [f"{name}: {size} lines" for name, size in functions(ast.parse(text)) if size > FUNCTION_LINES]
    return module + long


def sources() -> list[str]:
    modules = (
        module
        for name in ("schemas", "lake", "stacks", "lambdas", "ops", "tools")
        for module in (ROOT / name).rglob("*.py")
    )
    return sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("app.py"), *modules])


def test_no_committed_file_names_a_machine_or_a_package_host() -> None:
    found = {str(path.relative_to(ROOT)): machine_traces(path.read_bytes()) for path in tracked()}
    assert {path: traces for path, traces in found.items() if traces} == {}


@pytest.mark.parametrize(
    "parts", [("", "root", "x"), ("", "home", "someone", "x"), ("https:", "", "registry." + "npmjs.org")]
)
def test_a_trace_is_found(parts: tuple[str, ...]) -> None:
    assert machine_traces("/".join(parts).encode())


@pytest.mark.parametrize("path", sources())
def test_module_and_its_functions_are_of_a_readable_size(path: str) -> None:
    assert oversized((ROOT / path).read_text()) == []


def test_an_oversized_module_and_function_are_found() -> None:
    long_function = "def f():\n" + "    x = 1\n" * FUNCTION_LINES
    assert oversized(long_function) == [f"f: {FUNCTION_LINES + 1} lines"]
    assert oversized("x = 1\n" * (MODULE_LINES + 1)) == [f"module: {MODULE_LINES + 1} lines"]


def droppable(text: str) -> list[int]:
    """Return the lines of a module that rest on what Python drops where it is told to optimize."""
    names = {"__doc__", "__debug__", "getdoc"}
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Assert)
        or (isinstance(node, ast.Name) and node.id in names)
        or (isinstance(node, ast.Attribute) and node.attr in names)
    ]


def test_no_behaviour_rests_on_assertions_or_docstrings() -> None:
    product = [path for path in tracked() if path.suffix == ".py" and path.parts[len(ROOT.parts)] != "tests"]
    assert {
        path.relative_to(ROOT).as_posix(): lines for path in product if (lines := droppable(path.read_text()))
    } == {}
    assert sorted(droppable("assert x\nf.__doc__\ninspect.getdoc(f)\nif __debug__:\n    pass")) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "pins",
    sorted(path for path in tracked() if path.name.startswith("requirements") and path.suffix == ".txt"),
    ids=str,
)
def test_every_pin_has_the_hashes_of_its_wheels(pins: Path) -> None:
    text = pins.read_text()
    assert len(re.findall(r"^\S+==", text, re.MULTILINE)) > 0
    assert re.findall(r"^(\S+==\S+)(?!.*\\\n\s+--hash=sha256:)", text, re.MULTILINE) == []


@pytest.mark.parametrize("lock", sorted(path for path in tracked() if path.name == "package-lock.json"), ids=str)
def test_every_package_of_npm_has_its_integrity(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    assert len(packages) > 1
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
