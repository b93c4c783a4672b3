"""What others' rules say about every synthesized template: cdk-nag, cfn-lint and checkov."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from aws_cdk import App, Stack, Validations, aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

from app import build
from schemas.registry.artifacts import load_registry
from stacks.config import Config
from stacks.constructs.acknowledge import acknowledge
from tests.stacks.synthesis import REPOSITORY, Json, project_context
from tools.templates.accepted import OPTED_INTO

pytestmark = pytest.mark.checks

CHECKOV = REPOSITORY / ".venv" / "tools" / "bin" / "checkov"
CHECKOV_CONFIG = REPOSITORY / ".checkov.yaml"
SKIPPED_LINE = re.compile(r"^  - (CKV\d?_\w+_\d+) # .{20,}$", re.MULTILINE)


@dataclass(frozen=True)
class Checked:
    """Where the templates lie, and what cdk-nag found in them."""

    folder: Path
    violations: list[tuple[str, str]]
    unused: list[tuple[str, str]]
    reasons: list[str]


@pytest.fixture(scope="session")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    """The whole app, synthesized without bundling and opted into what it may, with the rules of AwsSolutions."""
    context = {**project_context(), **OPTED_INTO, "aws:cdk:bundling-stacks": []}
    app = App(context=context, outdir=str(tmp_path_factory.mktemp("assembly")))
    build(app=app, config=Config.from_context(context), registry=load_registry())
    return check(app)


def check(app: App) -> Checked:
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    # It raises for what it finds, after it has written the report.
    with suppress(RuntimeError):
        app.synth()
    folder = Path(app.outdir)
    (report,) = cast("list[Json]", json.loads((folder / "validation-report.json").read_text())["pluginReports"])
    acknowledged = {
        (str(found["acknowledgedAt"]), str(found["acknowledgedId"])) for found in rows(report, "suppressedViolations")
    }
    given = dict(acknowledgements(app))
    return Checked(
        folder=folder,
        violations=[
            (str(construct["constructPath"]), str(found["ruleName"]))
            for found in rows(report, "violations")
            for construct in rows(found, "violatingConstructs")
        ],
        unused=sorted(given.keys() - acknowledged),
        reasons=[*given.values()],
    )


def rows(value: Json, key: str) -> list[Json]:
    return cast("list[Json]", value.get(key, []))


def acknowledgements(app: App) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield construct path and rule of each acknowledgement, and its reason."""
    for construct in app.node.find_all():
        for entry in construct.node.metadata:
            if entry.type == "aws:cdk:acknowledged-rules":
                for rule, reason in cast("dict[str, str]", entry.data).items():
                    yield (construct.node.path, rule), reason


def test_every_finding_of_cdk_nag_is_acknowledged(checked: Checked) -> None:
    assert checked.violations == []


def test_every_acknowledgement_is_of_a_finding_and_has_a_reason(checked: Checked) -> None:
    assert checked.unused == []
    assert checked.reasons
    assert all(len(reason.split()) > 3 for reason in checked.reasons)


@pytest.mark.parametrize(
    ("rule", "violations", "unused"),
    [
        ("S1", [], []),
        ("S2", [("S/B/Resource", "AwsSolutions-S1")], [("S/B", "AwsSolutions::AwsSolutions-S2")]),
    ],
)
def test_findings_and_unused_acknowledgements_are_seen(
    tmp_path: Path, rule: str, violations: list[tuple[str, str]], unused: list[tuple[str, str]]
) -> None:
    app = App(outdir=str(tmp_path))
    bucket = s3.Bucket(Stack(app, "S"), "B", enforce_ssl=True, block_public_access=s3.BlockPublicAccess.BLOCK_ALL)
    acknowledge(bucket, rule, reason="It is a test")
    found = check(app)
    assert found.violations == violations
    assert found.unused == unused


def test_cfn_lint_finds_a_property_that_does_not_exist_and_nothing_in_the_templates(
    checked: Checked, tmp_path: Path
) -> None:
    wrong = tmp_path / "X.template.json"
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"Colour": "red"}}
    wrong.write_text(json.dumps({"Resources": {"Bucket": bucket}}))
    templates = [wrong, *sorted(checked.folder.glob("*.template.json"))]
    command = [str(Path(sys.executable).with_name("cfn-lint")), "--format", "json", *map(str, templates)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    (found,) = json.loads(done.stdout)
    assert (found["Filename"], "'Colour' was unexpected" in found["Message"]) == (str(wrong), True)


def test_checkov_fails_what_its_configuration_skips_and_nothing_else(checked: Checked) -> None:
    done = subprocess.run(
        # Without its configuration, whose skips are judged here.
        [
            CHECKOV,
            "--directory",
            checked.folder,
            "--framework",
            "cloudformation",
            "--skip-download",
            "--output",
            "json",
        ],
        cwd=checked.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    result = cast("Json", cast("Json", json.loads(done.stdout))["results"])
    failed = {
        (str(found["check_id"]), f"{found['resource']} in {Path(str(found['file_path'])).name}")
        for found in rows(result, "failed_checks")
    }
    text = CHECKOV_CONFIG.read_text()
    skipped = set(SKIPPED_LINE.findall(text))
    assert len(skipped) == text.count("  - CKV"), "each skipped check says why"
    assert {each for each in failed if each[0] not in skipped} == set()
    assert skipped == {check_id for check_id, _ in failed}
    assert len(rows(result, "passed_checks")) > len(failed)
