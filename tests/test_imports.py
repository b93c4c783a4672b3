"""Who imports whom: the rules of the design, enforced over the sources and each shown to catch a breach."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("schemas", "lake", "stacks", "lambdas", "ops", "tools")
FIRST_PARTY = frozenset({*FOLDERS, "app", "tests"})
SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [
        *ROOT.glob("app.py"),
        *(found for folder in FOLDERS for found in (ROOT / folder).rglob("*.py")),
    ]
)
STUBS = "mypy_boto3_"
COMMAND = re.compile(r"ops/.+/command\.py")
# `ops.command` is what all of them are made of.
ANOTHER_COMMAND = re.compile(r"ops\.(\w+\.)+command(\..+)?")
ENVIRONMENT = ("os.environ", "os.environb", "os.getenv", "os.putenv")
CLIENTS = ("boto3.client", "boto3.resource", "boto3.Session", "boto3.session", "botocore.session")


@dataclass(frozen=True)
class Use:
    """A dotted name that a module imports or reaches through what it imported."""

    name: str
    line: int
    imported: bool
    typing_only: bool = False

    def below(self, *parents: str) -> bool:
        return any(self.name == parent or self.name.startswith(f"{parent}.") for parent in parents)


def uses(path: str, tree: ast.Module) -> Iterator[Use]:
    """Yield every import, relative ones resolved, and every attribute chain that starts at an import."""
    guarded = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}
        for statement in node.body
        for child in ast.walk(statement)
    }
    bound: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
                yield Use(alias.name, node.lineno, imported=True, typing_only=node in guarded)
        elif isinstance(node, ast.ImportFrom):
            package = path.split("/")[: -node.level] if node.level else []
            module = ".".join([*package, *([node.module] if node.module else [])])
            for alias in node.names:
                bound[alias.asname or alias.name] = f"{module}.{alias.name}"
                yield Use(f"{module}.{alias.name}", node.lineno, imported=True, typing_only=node in guarded)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            head, dot, rest = ast.unparse(node).partition(".")
            if head in bound:
                yield Use(f"{bound[head]}{dot}{rest}", node.lineno, imported=False)


def allowed_imports(path: str, root: Path) -> tuple[str, ...]:
    """Return what a source file may import besides the standard library; empty means any third party."""
    folder, _, rest = path.partition("/")
    if folder == "schemas":
        return ("schemas", "msgspec")
    if folder == "lake":
        # The errors of S3 are told apart in one place, and every function has botocore. Those that use the part with
        # obstore name it among their requirements.
        return ("lake", "schemas", "msgspec", "botocore.exceptions", "obstore")
    if folder == "stacks":
        return ("stacks", "schemas", "aws_cdk", "cdk_nag", "constructs", "jsii")
    if folder == "lambdas":
        name = rest.partition("/")[0]
        pins = root / "lambdas" / name / "requirements.in"
        names = re.findall(r"^([A-Za-z0-9._-]+)", pins.read_text(), re.MULTILINE) if pins.is_file() else []
        required = (required.replace("-", "_").lower() for required in names)
        return (f"lambdas.{name}", "lake", "schemas", "boto3", "botocore", *required)
    return ()


def may_import(use: Use, path: str, root: Path) -> bool:
    top = use.name.partition(".")[0]
    if top in sys.stdlib_module_names:
        return True
    if use.typing_only and top.startswith(STUBS):
        return not path.startswith(("schemas/", "stacks/"))
    if allowed := allowed_imports(path, root):
        return use.below(*allowed)
    if path.startswith("tools/"):
        return top not in {"tests", "app"}
    within = {"app.py": ("stacks", "schemas")}.get(path, ("ops", "schemas", "lake", "lambdas"))
    cdk = path != "app.py" and use.below("aws_cdk", "constructs", "cdk_nag")
    return use.below(*within) if top in FIRST_PARTY else not cdk


def context_reads(tree: ast.Module) -> Iterator[int]:
    """Yield the line of each `try_get_context`, and of each `get_context` of a construct's node."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            of_node = ast.unparse(node.value).endswith("node")
            if node.attr == "try_get_context" or (of_node and node.attr in {"get_context", "get_all_context"}):
                yield node.lineno


def breaches(path: str, text: str, root: Path = ROOT) -> list[str]:
    """Return one line for each rule that a source file breaks."""
    tree = ast.parse(text)
    found = list(uses(path, tree))
    lines = [
        f"{path}:{use.line} imports {use.name}" for use in found if use.imported and not may_import(use, path, root)
    ]
    if re.match(r"schemas/|lake/|stacks/|lambdas/(?!\w+/handler\.py)", path):
        edges = (use for use in found if use.below(*ENVIRONMENT, *CLIENTS))
        lines += [f"{path}:{use.line} reaches {use.name}, which only a handler.py may" for use in edges]
    if COMMAND.fullmatch(path):
        lines += [
            f"{path}:{use.line} imports {use.name}, another command"
            for use in found
            if use.imported and ANOTHER_COMMAND.fullmatch(use.name)
        ]
    if path != "app.py":
        lines += [f"{path}:{line} reads context, which only app.py may" for line in context_reads(tree)]
    return lines


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def circle(sources: Mapping[str, str]) -> Sequence[str]:
    """Return modules each of which imports the one before it, the first the last; imports for types count."""
    modules = {module_of(path): path for path in sources}

    def imported(module: str) -> Iterator[str]:
        path = modules[module]
        for use in uses(path, ast.parse(sources[path])):
            parts = use.name.split(".")
            prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
            if use.imported and (found := next(filter(modules.__contains__, prefixes), None)) and found != module:
                yield found

    try:
        TopologicalSorter({module: {*imported(module)} for module in modules}).prepare()
    except CycleError as error:
        found: Sequence[str] = error.args[1]
        return found
    return ()


def test_no_import_circle() -> None:
    assert circle({path: (ROOT / path).read_text() for path in SOURCES}) == ()


@pytest.mark.parametrize(
    "sources",
    [
        {"ops/a.py": "import ops.b", "ops/b.py": "from ops import a"},
        {"ops/a.py": "from . import b", "ops/b.py": "from .a import name"},
        {"ops/a.py": "def f():\n    from ops.b import g", "ops/b.py": "if TYPE_CHECKING:\n    from ops.a import f"},
        {"ops/p/__init__.py": "from ops.p.a import f", "ops/p/a.py": "from ops.p import f"},
        {"ops/a.py": "import ops.b", "ops/b.py": "import ops.c", "ops/c.py": "import ops.a"},
    ],
)
def test_an_import_circle_is_found(sources: Mapping[str, str]) -> None:
    assert set(circle(sources)) == {module_of(path) for path in sources}


@pytest.mark.parametrize("path", SOURCES)
def test_source_keeps_the_import_rules(path: str) -> None:
    assert breaches(path, (ROOT / path).read_text()) == []


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose index_run requires msgspec and boto3."""
    for name, pins in (("index_run", "boto3\nmsgspec\n"), ("curate_week", "boto3\nmsgspec\npyarrow\n")):
        (tmp_path / "lambdas" / name).mkdir(parents=True)
        (tmp_path / "lambdas" / name / "requirements.in").write_text(pins)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("schemas/x.py", "import boto3"),
        ("schemas/x.py", "from stacks import config"),
        ("schemas/x.py", "import pyarrow as pa"),
        ("schemas/x.py", "import os\nos.environ['X']"),
        ("schemas/models/x.py", "from ...ops import cli"),
        ("stacks/x.py", "import lambdas.index_run.handler"),
        ("stacks/x.py", "from lambdas.index_run import aggregate"),
        ("stacks/x.py", "from ops import local"),
        ("stacks/x.py", "import boto3"),
        ("stacks/x.py", "def f():\n    from msgspec import json"),
        ("stacks/x.py", "from os import getenv"),
        ("stacks/x.py", "def f(self):\n    return self.node.try_get_context('stage')"),
        ("stacks/x.py", "def f(scope):\n    return scope.node.get_context('stage')"),
        ("stacks/x.py", "def f(scope):\n    return scope.node.get_all_context()"),
        ("lambdas/index_run/x.py", "import stacks.config"),
        ("lambdas/index_run/x.py", "from ops.cli import main"),
        ("lambdas/index_run/x.py", "from lambdas.curate_week import engine"),
        ("lambdas/index_run/x.py", "from lambdas import curate_week"),
        ("lambdas/index_run/x.py", "from ..curate_week import engine"),
        ("lambdas/index_run/x.py", "import pyarrow"),
        ("lambdas/index_run/x.py", "import mypy_boto3_s3"),
        ("lambdas/index_run/x.py", "import os\nx = os.environ.get('X')"),
        ("lambdas/index_run/x.py", "import os as o\nx = o.getenv('X')"),
        ("lambdas/index_run/x.py", "from os import environ"),
        ("lambdas/index_run/x.py", "import boto3\ns3 = boto3.client('s3')"),
        ("lambdas/index_run/x.py", "import boto3\ndb = boto3.resource('dynamodb')"),
        ("lambdas/index_run/x.py", "from boto3 import Session"),
        ("lambdas/index_run/x.py", "import boto3 as b\ns = b.session.Session()"),
        ("lambdas/index_run/handler.py", "import aws_cdk"),
        ("lambdas/index_run/handler.py", "from ops import redrive"),
        ("ops/x.py", "from stacks.config import Config"),
        ("ops/x.py", "import aws_cdk as cdk"),
        ("tools/local/x.py", "from app import build"),
        ("ops/x.py", "def f(app):\n    return app.node.try_get_context('stage')"),
        ("app.py", "from lambdas.index_run import handler"),
        ("app.py", "import ops"),
        ("ops/x.py", "from tools.bench import runner"),
        ("lambdas/index_run/x.py", "import tools.local"),
        ("schemas/x.py", "from lake.lines import iter_lines"),
        ("lake/x.py", "from lambdas.index_run import summary"),
        ("lake/x.py", "from ops import cli"),
        ("lake/x.py", "import os\nos.getenv('X')"),
        ("stacks/x.py", "from lake import scoring"),
        ("app.py", "import tools"),
        ("tools/x.py", "from tests import conftest"),
        ("ops/a/command.py", "from ops.b.command import show"),
        ("ops/a/command.py", "from ops.b import command as b"),
        ("ops/a/b/command.py", "import ops.a.c.command"),
        ("ops/a/command.py", "def f():\n    from ..b.command import show"),
        ("lake/x.py", "import botocore.session"),
    ],
)
def test_breach_is_found(repository: Path, path: str, text: str) -> None:
    assert breaches(path, text, repository)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("schemas/x.py", "import re\nimport msgspec\nfrom schemas.keys.weeks import Week\nfrom . import weeks"),
        (
            "stacks/x.py",
            "import jsii\nfrom aws_cdk import aws_s3\nfrom constructs import Construct\nimport cdk_nag",
        ),
        ("stacks/x.py", "from schemas.keys.layout import MODELS_KEY\nfrom stacks.constructs.bundle import Bundle"),
        (
            "lambdas/index_run/x.py",
            "import msgspec, botocore.exceptions\nfrom lambdas.index_run import aggregate",
        ),
        (
            "lambdas/index_run/x.py",
            "from boto3.dynamodb.conditions import Attr\nimport os\nos.path.join('a')",
        ),
        ("lambdas/index_run/x.py", "if TYPE_CHECKING:\n    from mypy_boto3_s3 import S3Client"),
        ("lambdas/index_run/handler.py", "import os, boto3\nboto3.client(os.environ['X'])"),
        ("lambdas/curate_week/x.py", "import pyarrow.parquet as pq"),
        (
            "ops/x.py",
            "import boto3, rich, os, lake\nboto3.client(os.environ['X'])\nfrom lambdas.index_run import handler",
        ),
        ("ops/a/command.py", "from ops.command import Command\nfrom ops.a.work import work"),
        ("ops/cli.py", "from ops.a.command import COMMAND"),
        ("lake/x.py", "from botocore.exceptions import ClientError"),
        ("ops/x.py", "import multiprocessing\nmultiprocessing.get_context('spawn')"),
        (
            "tools/bench/x.py",
            "import aws_cdk, polars\nfrom tools.bench.runner import python\nfrom ops import parallel",
        ),
        (
            "app.py",
            "import aws_cdk\nfrom stacks import config\nfrom schemas import names\napp.node.get_context('a')",
        ),
    ],
)
def test_what_the_rules_permit_is_not_a_breach(repository: Path, path: str, text: str) -> None:
    assert breaches(path, text, repository) == []


def test_types_of_each_service_in_use_are_checked() -> None:
    """The type checker passes by the services of aws_cdk that are not listed, and would take their types for Any."""
    used = {
        ".".join(use.name.split(".")[:2])
        for path in [
            *SOURCES,
            *(
                path.relative_to(ROOT).as_posix()
                for path in (*(ROOT / "tests").rglob("*.py"), *(ROOT / "examples").rglob("*.py"))
            ),
        ]
        for use in uses(path, ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if use.imported and use.name.startswith("aws_cdk.aws_")
    }
    overrides = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]["overrides"]
    [followed] = [each["module"] for each in overrides if each.get("follow_imports") == "normal"]
    assert {module for module in followed if module.startswith("aws_cdk.aws_")} == used
