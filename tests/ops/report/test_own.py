"""A chart of one's own, as CONTRIBUTING.md has it, is a section of the page like the others."""

import random
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from ops.report import own
from ops.report.page import page
from tests.lake.test_regressions import TURNS, simulated
from tests.ops.report.test_page import HOSTILE, Reader, curated

CONTRIBUTING = Path(__file__).resolve().parents[3] / "CONTRIBUTING.md"


@pytest.fixture
def documented(monkeypatch: pytest.MonkeyPatch) -> None:
    (module,) = re.findall(r"^```python\n(.*?)^```$", CONTRIBUTING.read_text(), re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {}
    exec(module, names)  # noqa: S102 (the page is ours)
    monkeypatch.setattr(own, "SECTIONS", names["SECTIONS"])


@pytest.mark.usefixtures("documented")
def test_the_documented_chart_is_drawn_described_and_in_numbers() -> None:
    runs = [replace(run, mean_score=6.25) for run in simulated(random.Random(1), ["a", "b"])]
    text = page([curated("2025-W45", runs)], models=["a", "b"], turns=TURNS)
    assert '<h2 id="scores">Mean score by model</h2>' in text
    assert '<td>b</td><td class="number">6.250</td>' in text
    assert 'aria-labelledby="scores-chart-title scores-chart-description"' in text
    read = Reader(text)
    assert len(read.ids) == len({*read.ids})


@pytest.mark.usefixtures("documented")
def test_hostile_data_is_text_in_it_too() -> None:
    runs = [replace(run, model=HOSTILE) for run in simulated(random.Random(1), ["a"])]
    text = page([curated("2025-W45", runs)], models=[], turns=TURNS)
    assert "script" not in Reader(text).tags
