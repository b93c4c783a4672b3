import fcntl
import sys
from pathlib import Path

import pytest

from tools.local.emulator import Emulator, EmulatorError, server_environment
from tools.local.logs import last_lines


def test_server_inherits_path_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid")
    environment = server_environment(port=4, folder=tmp_path, account_id="111122223333", region="us-east-1")
    assert "production" not in environment.values()
    assert not [name for name in environment if name.lower().endswith("_proxy")]
    assert environment["AUTH"] == "true"
    assert environment["AWS_ENDPOINT_URL"] == "https://127.0.0.1:4"


def test_missing_emulator_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(EmulatorError, match="run `make setup`"):
        Emulator(python=tmp_path / "none", state=tmp_path).start()


def test_failed_start_tells_the_end_and_the_place_of_its_log(tmp_path: Path) -> None:
    # This interpreter has no ministack.
    with pytest.raises(EmulatorError, match=r"emulator\.log ends:(.|\n)*ministack") as error:
        Emulator(python=Path(sys.executable), state=tmp_path).start()
    assert "exit code 1" in str(error.value)


def test_silent_start_is_given_up_and_ended(tmp_path: Path) -> None:
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\necho starting\nexec sleep 60\n")
    silent.chmod(0o755)
    with pytest.raises(EmulatorError, match=r"did not answer within 0\.2 s(.|\n)*starting"):
        Emulator(python=silent, state=tmp_path, start_seconds=0.2).start()


def test_endpoint_of_a_stopped_emulator_is_an_error(tmp_path: Path) -> None:
    emulator = Emulator(state=tmp_path)
    emulator.stop()
    with pytest.raises(EmulatorError, match="not running"):
        _ = emulator.endpoint


def test_last_lines_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("1\n2\n3\n")
    assert last_lines(log, count=2) == "2\n3"
    assert last_lines(tmp_path / "none") == ""


def test_only_the_latest_runs_and_those_still_running_are_kept(tmp_path: Path) -> None:
    logs = [tmp_path / f"202501{number:02d}T" / "emulator.log" for number in range(1, 14)]
    for log in logs:
        log.parent.mkdir()
        log.touch()
    with logs[0].open() as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        with pytest.raises(EmulatorError):
            Emulator(python=Path(sys.executable), state=tmp_path).start()
    assert [log for log in logs if log.exists()] == [logs[0], *logs[3:]]
