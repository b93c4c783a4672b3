import io

import pytest
from rich.console import Console

from tools.local.steps import StepError, Steps


def steps(results: io.StringIO) -> Steps:
    ticks = iter([1.0, 3.5, 4.0, 4.25])
    return Steps(clock=ticks.__next__, errors=Console(file=io.StringIO()), results=Console(file=results))


def test_each_step_is_timed_and_shown_when_done() -> None:
    results = io.StringIO()
    done = steps(results)
    with done.step("put", "put [objects]") as progress:
        progress("half")
        assert results.getvalue() == ""
    with done.step("index", "index"):
        pass
    assert done.seconds == {"put": 2.5, "index": 0.25}
    assert results.getvalue().splitlines() == ["   2.50 s  put [objects]", "   0.25 s  index"]


def test_a_failure_is_named_after_its_step_and_keeps_its_cause() -> None:
    done, error = steps(io.StringIO()), ValueError("why")
    with pytest.raises(StepError) as raised, done.step("put", "put"):
        raise error
    assert raised.value.step == "put"
    assert raised.value.__cause__ is error
    assert done.seconds == {}


def test_an_interruption_passes_as_it_is() -> None:
    with pytest.raises(KeyboardInterrupt), steps(io.StringIO()).step("put", "put"):
        raise KeyboardInterrupt
