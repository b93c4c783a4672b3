"""The command line as a shell sees it: exit codes, and one line for each failure."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from botocore.exceptions import ParamValidationError

from ops import cli
from ops.command import Command, Context
from ops.failures import CommandError
from ops.sample import SampleOptions, generate
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ("sample", "--to", "nowhere")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "ops: expected a command: sample, "),
        (["nonsense"], "ops: argument COMMAND: invalid choice: 'nonsense' (choose from"),
        (["--stage", "X", "reconcile"], "ops: argument --stage: stage 'X': expected nothing, or a lower-case letter"),
        (["reconcile", "--stage", "a b"], "ops reconcile: argument --stage: stage 'a b': expected"),
        (["reconcile", "extra"], "ops: unrecognized arguments: extra"),
        (["reconcile", "--js"], "ops: unrecognized arguments: --js"),
        (["sample"], "ops sample: one of the arguments --to --bucket is required"),
        ([*SAMPLE, "--bucket"], "ops sample: argument --bucket: not allowed with argument --to"),
        ([*SAMPLE, "--weeks", "2025-W60"], "ops sample: argument --weeks: '2025-W60': expected an ISO week"),
        ([*SAMPLE, "--weeks", "2025-45"], "ops sample: argument --weeks: '2025-45': expected an ISO week"),
        ([*SAMPLE, "--weeks", "2025-W45,"], "ops sample: argument --weeks: '': expected an ISO week"),
        ([*SAMPLE, "--weeks", "0"], "ops sample: argument --weeks: 0: expected a number of weeks from 1"),
        ([*SAMPLE, "--weeks", "2025-W45,2025-W45"], "ops sample: weeks: expected at least one, each once"),
        ([*SAMPLE, "--until", "2025-W45"], "ops sample: --until: expected only with a number of --weeks"),
        ([*SAMPLE, "--until", "soon"], "ops sample: argument --until: 'soon': expected an ISO week"),
        ([*SAMPLE, "--runs", "-1"], "ops sample: argument --runs: '-1': expected a whole number"),
        ([*SAMPLE, "--runs", "0"], "ops sample: runs 0: expected 1 to 1000000"),
        ([*SAMPLE, "--runs", "9" * 5000], "ops sample: argument --runs: '9999"),
        ([*SAMPLE, "--runs", "9" * 18], "ops sample: runs 999999999999999999: expected 1 to 1000000"),
        ([*SAMPLE, "--turns", "9" * 5000], "ops sample: argument --turns: '9999"),
        ([*SAMPLE, "--weeks", "520", "--until", "0001-W05"], "ops sample: --weeks 520 --until 0001-W05: '0001-W05'"),
        ([*SAMPLE, "--runs", "many"], "ops sample: argument --runs: 'many': expected a whole number"),
        ([*SAMPLE, "--models", "GPT"], "ops sample: argument --models: 'GPT': expected a model id"),
        ([*SAMPLE, "--phases", "P4"], "ops sample: argument --phases: 'P4': expected some of P0,P1,P2,P3"),
        ([*SAMPLE, "--turns", "40-10"], "ops sample: turns 40-10: expected LEAST-MOST within 1-200"),
        ([*SAMPLE, "--turns", "10-"], "ops sample: argument --turns: '10-': expected LEAST-MOST"),
        ([*SAMPLE, "--bad-lines", "2"], "ops sample: bad_lines 2.0: expected a share from 0 to 1"),
        ([*SAMPLE, "--bad-keys", "some"], "ops sample: argument --bad-keys: 'some': expected a share from 0 to 1"),
        ([*SAMPLE, "--seed", "x"], "ops sample: argument --seed: 'x': expected a whole number"),
        (["sample", "--to", "/dev/null/x"], "ops sample: /dev/null/x/raw/"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(
    arguments: Sequence[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = cli.main(arguments)
    except SystemExit as ended:
        code = ended.code
    out, err = capsys.readouterr()
    assert code == 2
    assert err.startswith(expected)
    assert err.count("\n") == 1
    assert out == ""


@pytest.mark.usefixtures("regions")
def test_missing_deployment_is_one_line_and_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--stage", "gone", "reconcile"]) == 2
    line = "ops reconcile: no stack SocraticBenchStorage-gone in us-east-1: deploy it, or choose another --stage\n"
    assert capsys.readouterr().err == line


@pytest.mark.parametrize("command", ["verify", "restore", "publish --all config/", "undelete config/models.json"])
def test_what_needs_both_regions_is_refused_in_a_recovery(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--recovery", *command.split()]) == 2
    name = command.partition(" ")[0]
    line = f"ops {name}: --recovery: expected without it, since this needs us-east-1 as well\n"
    assert capsys.readouterr().err == line


@pytest.mark.usefixtures("regions")
def test_a_recovery_is_looked_for_in_the_replicas_region(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["reconcile", "--recovery"]) == 2
    assert capsys.readouterr().err.startswith("ops reconcile: no stack SocraticBenchReplica in us-west-2: deploy it")


def test_set_up_installs_the_command_line_as_a_script(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("ops")
    ended = subprocess.run(
        [script, "sample", "--runs", "0"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr.partition(":")[0]) == (2, "ops sample")


def test_sample_writes_what_it_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["sample", "--json", "--to", str(tmp_path), "--weeks", "2", "--until", "2025-W46", "--models", "m"]
    assert cli.main([*arguments, "--runs", "1", "--bad-keys", "0.3", "--bad-lines", "0.02"]) == 0
    counted = json.loads(capsys.readouterr().out)
    options = SampleOptions(
        weeks=(Week(2025, 45), Week(2025, 46)), models=("m",), runs=1, bad_keys=0.3, bad_lines=0.02
    )
    expected = {sample.key: sample.body for sample in generate(options, prices=load_models())}
    written = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    assert {key: path.read_bytes() for key, path in written.items()} == expected
    assert (counted["objects"], counted["bytes"]) == (len(expected), sum(map(len, expected.values())))
    assert counted["runs"] == 8 == counted["ok"] + counted["partial"] + counted["invalid"]


def test_shared_options_may_stand_on_either_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["sample", "--to", str(tmp_path), "--runs", "1"]
    assert cli.main(["--json", *arguments]) == 0
    before = capsys.readouterr().out
    assert cli.main([*arguments, "--json"]) == 0
    assert json.loads(before) == json.loads(capsys.readouterr().out)


def test_sample_shows_a_table_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sample", "--to", str(tmp_path), "--runs", "1"]) == 0
    out, err = capsys.readouterr()
    assert "invalid_lines" in out
    assert err == ""


def test_a_defect_is_a_traceback_and_an_exit_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for error in (KeyError("key"), ValueError("a \x1b[31m"), RecursionError(), ParamValidationError(report="x")):
        monkeypatch.setattr(cli, "COMMANDS", [ending(error)])
        assert cli.main(["end"]) == 70
        err = capsys.readouterr().err
        assert err.startswith("Traceback (most recent call last):\n")
        assert type(error).__name__ in err
        assert "\x1b" not in err


def ending(error: BaseException) -> Command:
    def raise_it(_context: Context, _arguments: object) -> int:
        raise error

    return Command(name="end", help="end", add_arguments=lambda _: None, run=raise_it)


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (KeyboardInterrupt(), 130, ""),
        (CommandError("two\nlines"), 2, "ops end: two lines\n"),
    ],
)
def test_commands_end_as_shells_expect(
    error: BaseException, code: int, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "COMMANDS", [ending(error)])
    assert cli.main(["end"]) == code
    assert capsys.readouterr().err == line


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    process = subprocess.run(
        [sys.executable, "-m", "ops", "sample", "--to", str(tmp_path), "--runs", "1"],
        cwd=ROOT,
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (process.returncode, process.stderr) == (141, b"")
