import sys
from pathlib import Path

import pytest

from tools.bench.runner import (
    BenchmarkError,
    Measured,
    Program,
    Run,
    cpu_ratio,
    interleaved,
    python,
    run_once,
    wall_ratio,
)


def script(text: str) -> Program:
    return Program(name="script", command=[sys.executable, "-c", text])


def measured(*figures: tuple[float, float]) -> Measured:
    return Measured([Run(wall=wall, cpu=cpu, peak_mb=1, result={}) for wall, cpu in figures])


def test_programs_run_in_turn() -> None:
    seen = []

    def measure(program: Program) -> Run:
        seen.append(program.name)
        return Run(wall=1, cpu=1, peak_mb=1, result={})

    found = interleaved([python("a", name="a"), python("b", name="b")], rounds=3, measure=measure)
    assert seen == ["a", "b"] * 3
    assert {name: len(each.runs) for name, each in found.items()} == {"a": 3, "b": 3}


def test_one_slow_run_moves_no_figure() -> None:
    found = measured((1, 2), (100, 200), (3, 4))
    assert (found.wall, found.cpu) == (3, 4)


def test_a_ratio_is_taken_round_by_round() -> None:
    # the machine got slower and slower, and the one stayed twice as slow as the other
    slow, fast = measured((2, 4), (20, 40), (200, 400)), measured((1, 1), (10, 10), (100, 100))
    assert wall_ratio(slow, fast) == 2
    assert cpu_ratio(slow, fast) == 4


def test_the_result_is_the_last_line_that_a_program_prints() -> None:
    assert run_once(script("print('at work'); print('{\"rows\": 3}')")).result == {"rows": 3}


def test_a_program_may_print_nothing() -> None:
    assert run_once(script("")).result == {}


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("raise SystemExit('no data')", "script: exit code 1: no data"),
        ("import os; os.kill(os.getpid(), 9)", "script: exit code -9"),
        ("print('done')", "script: expected a result, it printed b'done'"),
    ],
)
def test_a_program_that_fails_ends_the_measurement(text: str, printed: str) -> None:
    with pytest.raises(BenchmarkError, match=printed):
        run_once(script(text))


def test_memory_and_cpu_are_those_of_the_process_with_its_children() -> None:
    hungry = "x = bytearray(400_000_000); sum(range(3_000_000))"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hungry!r}], check=True)"
    idle, busy = run_once(script("")), run_once(script(child))
    assert busy.peak_mb > 400
    assert busy.cpu > idle.cpu
    assert busy.peak_mb < 400 + 10 * idle.peak_mb


def test_a_module_is_run_by_the_interpreter_that_is_named() -> None:
    other = Path("other") / "python"
    assert python("a.b", "x", Path("y"), name="n", interpreter=other).command == [str(other), "-m", "a.b", "x", "y"]
    assert python("a.b", name="n").command == [sys.executable, "-m", "a.b"]
