"""What a PythonFunction declares, and that its assets are bundled without Docker."""

import json
import re
from pathlib import Path

import pytest
from aws_cdk import App, Duration, Stack, aws_sqs as sqs
from aws_cdk.assertions import Template

from schemas.keys.layout import MODELS_KEY
from schemas.names import Function, Part
from stacks.config import Config
from stacks.constructs.bundle import REPOSITORY, Bundle, BundleError, Target
from stacks.constructs.function import PythonFunction
from stacks.lake_stack import LakeStack
from tests.stacks.synthesis import project_context

# With the hashes of its wheels, on the lines that it is continued on.
(PINS,) = re.findall(
    r"^msgspec==(?:.*\\\n)*.*\n",
    (REPOSITORY / "lambdas/index_run/requirements.txt").read_text(),
    re.MULTILINE,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with two functions whose handlers have the same text."""
    for name in ("index_run", "curate_week"):
        (tmp_path / "lambdas" / name).mkdir(parents=True)
        (tmp_path / "lambdas" / name / "handler.py").write_text("def handler(event, context): ...\n")
        (tmp_path / "lambdas" / name / "requirements.txt").write_text(PINS)
    (tmp_path / MODELS_KEY).parent.mkdir()
    (tmp_path / MODELS_KEY).write_text("{}")
    (tmp_path / ".venv").symlink_to(REPOSITORY / ".venv")
    return tmp_path


def stack_with(app: App, root: Path, *functions: Function, target: Target = Target.AWS) -> Stack:
    stack = LakeStack(app, part=Part.INDEX, config=Config.from_context(project_context()), description="Functions")
    queue = sqs.Queue(stack, "DeadLetters")
    for function in functions:
        PythonFunction(
            stack,
            function,
            bundle=Bundle(name=function.package, target=target, root=root),
            description="Does one thing.",
            environment={"KEY": "value"},
            memory_mib=1024,
            timeout=Duration.seconds(900),
            on_failure=queue,
            max_event_age=Duration.hours(1),
        )
    return stack


def template_of(root: Path, *, target: Target = Target.AWS) -> Template:
    app = App(context={"aws:cdk:bundling-stacks": []})
    return Template.from_stack(stack_with(app, root, Function.INDEX_RUN, target=target))


def test_targets_differ_in_the_asset_alone(root: Path) -> None:
    aws, host = (template_of(root, target=target).to_json() for target in Target)
    assert aws != host
    for template in (aws, host):
        (function,) = (r for r in template["Resources"].values() if r["Type"] == "AWS::Lambda::Function")
        del function["Properties"]["Code"]
    assert aws == host


def test_functions_with_the_same_source_are_bundled_apart_and_without_docker(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDK_DOCKER", "/nonexistent/docker")
    outdir = root / "cdk.out"
    app = App(outdir=str(outdir))
    stack_with(app, root, Function.INDEX_RUN, Function.CURATE_WEEK, target=Target.HOST)
    app.synth()
    assets = json.loads((outdir / "SocraticBenchIndex.assets.json").read_text())["files"].values()
    bundles = [outdir / asset["source"]["path"] for asset in assets if asset["source"]["packaging"] == "zip"]
    handlers = sorted(path.parent.name for folder in bundles for path in folder.glob("lambdas/*/handler.py"))
    assert handlers == ["curate_week", "index_run"]
    assert all((folder / "msgspec").is_dir() and (folder / MODELS_KEY).is_file() for folder in bundles)


def test_incomplete_wheelhouse_stops_synthesis_with_one_line(root: Path) -> None:
    (root / "lambdas/index_run/requirements.txt").write_text(f"no-such-distribution==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(BundleError, match="run `make setup`") as error:
        stack_with(App(outdir=str(root / "cdk.out")), root, Function.INDEX_RUN)
    assert "\n" not in str(error.value)
