"""`make diff` on clones with real templates: what it prints, and how it ends."""

import json
import subprocess
from pathlib import Path
from typing import cast

import pytest

from tests.tools.diff.mutation import GONE, STORAGE, Json, Templates, change, committed
from tools.diff import __main__ as diff
from tools.templates.accepted import FOLDER

LINE = "Acknowledge-Danger: SocraticBenchStorage/LakeBucketB1D32E10 lifecycle"
SOONER = change(STORAGE, "AWS::S3::Bucket", "Properties/LifecycleConfiguration/Rules/1/ExpirationInDays", 30)


class Clone:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> None:
        author = ("-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false")
        command = ["git", *author, *arguments]
        subprocess.run(command, cwd=self.root, check=True, capture_output=True)

    def write(self, templates: Templates) -> None:
        folder = self.root / FOLDER
        folder.mkdir(exist_ok=True)
        for stack, template in templates.items():
            (folder / f"{stack}.json").write_text(json.dumps(template))
        self.choose()

    def choose(self, **choices: str) -> None:
        (self.root / "cdk.json").write_text(json.dumps({"context": choices}))

    def commit(self, message: str) -> None:
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """A clone whose only commit has the real templates."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    clone = Clone(tmp_path)
    clone.write(committed())
    clone.commit("Declare everything")
    return clone


def shortened() -> Templates:
    templates = committed()
    SOONER(templates)
    return templates


def test_choice_that_is_taken_back_has_to_be_acknowledged(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    clone.choose(alert_email="on-call@example.com", first_week="2025-W10", replicate_raw="false")
    clone.commit("Choose")
    clone.choose(first_week="2025-W20")
    clone.commit("Change")
    assert diff.main(["HEAD^"], root=clone.root) == 1
    printed = capsys.readouterr().out
    assert "Acknowledge-Danger: cdk.json/alert_email choice" in printed
    assert "first_week" not in printed
    clone.commit("Mean it\n\nAcknowledge-Danger: cdk.json/alert_email choice")
    assert diff.main(["HEAD^^"], root=clone.root) == 0


@pytest.mark.parametrize(("before", "after"), [("", "prod"), ("dev", "prod"), ("dev", "")])
def test_another_stage_is_another_lake(
    clone: Clone, before: str, after: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.choose(stage=before)
    clone.commit("Choose")
    assert diff.main(["HEAD"], root=clone.root) == 0
    clone.choose(stage=after)
    assert diff.main(["HEAD"], root=clone.root) == 1
    assert capsys.readouterr().out.count("Acknowledge-Danger: cdk.json/stage choice") == 1


def test_cdk_json_that_is_no_json_is_one_line(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    (clone.root / "cdk.json").write_text('{"context": {"stage": }}')
    assert diff.main(["HEAD"], root=clone.root) == 2
    err = capsys.readouterr().err
    assert err.startswith("tools.diff: the working tree: cdk.json is not JSON: ")
    assert err.count("\n") == 1


def test_equal_templates_are_nothing(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff.main(["HEAD"], root=clone.root) == 0
    assert "Nothing: the templates are equal." in capsys.readouterr().out


def test_unacknowledged_danger_in_the_working_tree_is_refused_with_the_line_to_add(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    clone.write(shortened())
    assert diff.main(["main"], root=clone.root) == 1
    out = capsys.readouterr().out
    assert f"> ```\n> {LINE}\n> ```\n" in out
    assert "| `scores/`: objects expire: after 365 days → after 30 days | **no** |" in out


@pytest.mark.parametrize("message", [f"Shorten\n\n{LINE}", f"* Shorten\n\n{LINE}  \n\n* Other\n\nCo-authored-by: x"])
def test_an_acknowledged_danger_passes(clone: Clone, capsys: pytest.CaptureFixture[str], message: str) -> None:
    clone.write(shortened())
    clone.commit(message)
    assert diff.main(["HEAD^", "HEAD"], root=clone.root) == 0
    out = capsys.readouterr().out
    assert "| `scores/`: objects expire: after 365 days → after 30 days | yes |" in out
    assert "[!CAUTION]" not in out
    assert "[!WARNING]" in out


@pytest.mark.parametrize(
    "line",
    [
        LINE.replace("lifecycle", "replication"),
        LINE.replace("Storage", "Replica"),
        f"see {LINE}",
        LINE.replace("lifecycle", ""),
    ],
)
def test_another_acknowledgement_does_not_count(clone: Clone, line: str) -> None:
    clone.write(shortened())
    clone.commit(f"Shorten\n\n{line}")
    assert diff.main(["HEAD^", "HEAD"], root=clone.root) == 1


def test_an_acknowledgement_before_the_base_does_not_count(clone: Clone) -> None:
    clone.commit(f"Announce\n\n{LINE}")
    clone.write(shortened())
    clone.commit("Shorten")
    assert diff.main(["HEAD^", "HEAD"], root=clone.root) == 1
    assert diff.main(["HEAD^^", "HEAD"], root=clone.root) == 0


def test_an_acknowledgement_of_nothing_is_named(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    clone.commit(f"Announce\n\n{LINE}")
    assert diff.main(["HEAD^"], root=clone.root) == 0
    assert (
        "Acknowledged, but not found: `SocraticBenchStorage/LakeBucketB1D32E10 lifecycle`." in capsys.readouterr().out
    )


def test_a_removed_stack_is_a_danger(clone: Clone) -> None:
    (clone.root / FOLDER / f"{STORAGE}.json").unlink()
    assert diff.main(["HEAD"], root=clone.root) == 1


@pytest.mark.parametrize("base", ["nowhere", "--help-me", "", "HEAD:README.md"])
def test_an_unknown_revision_is_one_line(clone: Clone, capsys: pytest.CaptureFixture[str], base: str) -> None:
    assert diff.main(["--", base], root=clone.root) == 2
    assert capsys.readouterr().err == (
        f"tools.diff: no revision {base!r} in this clone: expected a commit, branch or tag\n"
    )


def test_a_revision_without_templates_is_one_line(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    clone.git("rm", "--quiet", "-r", FOLDER)
    clone.commit("Remove")
    assert diff.main(["HEAD^", "HEAD"], root=clone.root) == 2
    assert f"has no templates in {FOLDER}/\n" in capsys.readouterr().err


def test_a_file_that_is_no_template_is_one_line(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    clone.write({STORAGE: {"Description": "x"}})
    assert diff.main(["HEAD"], root=clone.root) == 2
    assert capsys.readouterr().err == (
        "tools.diff: template of SocraticBenchStorage: expected a template, an object with Resources\n"
    )


def test_a_folder_that_is_no_clone_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff.main(["HEAD"], root=tmp_path) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_table_keeps_its_columns_whatever_a_value_holds(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    templates = committed()
    function = "AWS::Lambda::Function"
    change("SocraticBenchIndex", function, "Properties/Description", "a|b`c\nd")(templates)
    clone.write(templates)
    assert diff.main(["HEAD"], root=clone.root) == 0
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| SocraticBenchIndex")]
    assert [row.replace(r"\|", "").count("|") for row in rows] == [4]


def test_a_comment_stays_within_what_github_takes(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    templates = committed()
    many: Json = {f"Topic{number}": {"Type": "AWS::SNS::Topic"} for number in range(2_000)}
    cast("Json", templates[STORAGE]["Resources"]).update(many)
    clone.write(templates)
    assert diff.main(["HEAD"], root=clone.root) == 0
    out = capsys.readouterr().out
    assert len(out) < 65_536
    assert "… and 1940 more: `make diff`." in out


def test_what_goes_is_not_hidden_by_what_is_new(clone: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    templates = committed()
    change(STORAGE, "AWS::S3::Bucket", "Properties/ReplicationConfiguration", GONE)(templates)
    clone.write(templates)
    assert diff.main(["HEAD"], root=clone.root) == 1
    out = capsys.readouterr().out
    assert [prefix in out for prefix in ("`config/` is no", "`manifests/` is no", "`calibration/` is no")] == [
        True
    ] * 3
