"""`ops publish` as a shell sees it."""

import json
import shlex
import shutil
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from ops import cli
from ops.registry.store import Store
from schemas.registry.models_file import MODELS_FILE
from tests.ops.conftest import Deployed

CONFIG = MODELS_FILE.parent
MANIFEST = shlex.split(
    "publish manifest --models claude-3.5-sonnet --temperatures 0,0.7 --seeds seeds-20251105 --rubric rubric-1.1"
    " --system-prompt soc-1.2 --judge-prompt judge-2.3 --phases phases-1.0 --max-turns 40 --judge-model claude-3-opus"
)


@pytest.fixture
def cheaper(tmp_path: Path) -> Path:
    """A registry in which one price is another."""
    folder = shutil.copytree(CONFIG, tmp_path / "config")
    models = folder / "models.json"
    models.write_text(models.read_text().replace("15.0", "12.0", 1))
    return folder


def test_a_whole_registry_is_published_to_both_regions(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["publish", "--all", "config/"]) == 0
    out, err = capsys.readouterr()
    assert "config/models.json" in out
    assert "us-west-2" in out
    assert err == ""
    for s3, bucket in ((deployed.s3, deployed.bucket), (deployed.s3_replica, deployed.replica)):
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 6


def test_one_file_is_published_and_reported_in_json(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    for outcome in ("written", "already there"):
        assert cli.main(["publish", "config/rubrics/rubric-1.1.json", "--json"]) == 0
        (published,) = json.loads(capsys.readouterr().out)["published"]
        assert published.pop("key").startswith("config/rubrics/rubric-1.1@sha256_")
        assert published == {"primary": outcome, "replica": outcome}
    assert deployed.s3.list_objects_v2(Bucket=deployed.bucket)["KeyCount"] == 1


def test_changed_models_are_shown_and_written_only_with_overwrite(
    deployed: Deployed, cheaper: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["publish", "--all", str(CONFIG), "--json"]) == 0
    capsys.readouterr()

    assert cli.main(["publish", "--all", str(cheaper)]) == 1
    out, err = capsys.readouterr()
    assert "cost_per_1m_completion" in out
    assert err == "ops publish: config/models.json: differs from the one in us-east-1, --overwrite it\n"
    stored = deployed.s3.get_object(Bucket=deployed.bucket, Key="config/models.json")["Body"].read()
    assert stored == MODELS_FILE.read_bytes()

    assert cli.main(["publish", "--all", str(cheaper), "--overwrite", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    change = {"model": "claude-3.5-sonnet", "field": "cost_per_1m_completion", "before": "15.0", "after": "12.0"}
    assert printed["model_changes"] == [change]
    assert printed["published"][-1] == {"key": "config/models.json", "primary": "written", "replica": "written"}


def test_a_manifest_is_composed_and_published_once(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["publish", "--all", "config/"]) == 0
    capsys.readouterr()
    for outcome in ("written", "already there"):
        assert cli.main([*MANIFEST, "--json"]) == 0
        (published,) = json.loads(capsys.readouterr().out)["published"]
        assert published["key"].startswith("manifests/manifest_")
        assert (published["primary"], published["replica"]) == (outcome, outcome)
    assert deployed.s3_replica.list_objects_v2(Bucket=deployed.replica, Prefix="manifests/")["KeyCount"] == 1


@pytest.mark.usefixtures("deployed")
def test_a_manifest_of_what_is_not_published_is_exit_1_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(MANIFEST) == 1
    err = capsys.readouterr().err
    assert err.startswith("ops publish: manifest: model 'claude-3.5-sonnet': expected one of config/models.json")
    assert err.count("\n") == 1


def test_a_foreign_object_in_the_registry_is_one_line(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["publish", "--all", "config/"]) == 0
    deployed.s3.put_object(Bucket=deployed.bucket, Key="config/rubrics/notes.txt", Body=b"")
    capsys.readouterr()
    assert cli.main(MANIFEST) == 1
    err = capsys.readouterr().err
    assert err.startswith("ops publish: 'config/rubrics/notes.txt': expected config/")
    assert err.count("\n") == 1


def test_an_unreachable_replica_is_exit_2_and_tells_what_is_published(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.s3_replica.delete_bucket(Bucket=deployed.replica)
    assert cli.main(["publish", "--all", "config/"]) == 2
    out, err = capsys.readouterr()
    assert err.startswith("ops publish: config/phases/phases-1.0@sha256_")
    assert "is in us-east-1 but not in us-west-2, so it is not published: run this again: AWS refused" in err
    assert err.count("\n") == 1
    assert "config/" not in out


def test_a_bad_file_keeps_no_other_from_being_published(
    deployed: Deployed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(CONFIG, tmp_path / "config")
    next((folder / "rubrics").iterdir()).write_text("{")
    (folder / "models.json").write_text("[]")
    assert cli.main(["publish", "nowhere/models.json", "--all", str(folder), "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert len(printed["published"]) == 4
    assert [line.partition(":")[0] for line in printed["refused"]] == [
        "nowhere/models.json",
        "config/rubrics/rubric-1.1.json",
        "config/models.json",
    ]
    assert deployed.s3.list_objects_v2(Bucket=deployed.bucket)["KeyCount"] == 4


def test_what_s3_refuses_of_one_document_keeps_no_other_from_being_published(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Store.put

    def refuse(store: Store, key: str, content: bytes, *, over: str | None) -> bool:
        if "rubric" in key:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "x"}}, "PutObject")
        return put(store, key, content, over=over)

    monkeypatch.setattr(Store, "put", refuse)
    assert cli.main(["publish", "--all", "config/"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("ops publish: config/rubrics/rubric-1.1@sha256_")
    assert err.endswith(".json: AWS refused PutObject: AccessDenied: x\n")
    assert err.count("\n") == 1
    assert deployed.s3_replica.list_objects_v2(Bucket=deployed.replica)["KeyCount"] == 5


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["publish"], "expected files, --all FOLDER or manifest"),
        (["publish", "nowhere/models.json"], "nowhere/models.json: No such file or directory"),
        (["publish", "README.md"], "README.md: expected models.json, or a file in one of seeds/"),
        (["publish", "--all", "nowhere"], "config/models.json: No such file or directory"),
        (["publish", "config/models.json", "--rubric", "rubric-1.1"], "--rubric: expected only with manifest"),
        (["publish", "manifest"], "manifest: expected --models, --temperatures, --seeds, --rubric, --system-prompt"),
        (["publish", "manifest", "--all", "config/"], "--all: not expected with manifest"),
        (
            ["publish", "manifest", "--temperatures", "hot"],
            "argument --temperatures: 'hot': expected numbers such as",
        ),
        (["publish", "manifest", "--max-turns", "x"], "argument --max-turns: invalid int value: 'x'"),
    ],
)
def test_usage_errors_are_one_line_and_exit_2(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = cli.main(arguments)
    except SystemExit as ended:
        code = ended.code
    out, err = capsys.readouterr()
    assert code == 2
    assert err.startswith(f"ops publish: {expected}")
    assert err.count("\n") == 1
    assert out == ""
