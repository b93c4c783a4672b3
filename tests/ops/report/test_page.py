"""The report's page: its numbers, what hostile data becomes in it, and that nothing in it comes from elsewhere."""

import random
import re
from html.parser import HTMLParser

import pytest
from msgspec import convert
from msgspec.structs import replace

from ops.report.figures import SUBSCORES, CuratedWeek
from ops.report.page import page
from schemas.keys.grammar import Phase
from schemas.keys.weeks import Week
from schemas.models import CuratedRun, WeeklySummary
from tests.lake.test_regressions import TURNS, simulated

HOSTILE = '<script>alert("1")</script>&"\'</title>'
RATES = ("leading_rate", "advice_leak_rate", "multi_question_rate", "closed_question_rate", "lecturing_rate")


def summary(week: str, runs: list[CuratedRun]) -> WeeklySummary:
    depth = None if runs[0].phase is Phase.P0 else 6.5
    row = {
        "week": week,
        "phase": runs[0].phase,
        "model": "a",
        "runs_count": len(runs),
        "turns_count": sum(run.turns_count for run in runs),
        "avg_score": 7,
        "degraded_runs": 0,
        "avg_compliance_rate": 0.5,
        "avg_csd_overall": depth,
        **{f"avg_{name}": depth for name in SUBSCORES},
        **dict.fromkeys(RATES, 0.125),
        "off_topic_rate": 0,
        "meta_violation_rate": 0,
        "prompt_tokens": 1,
        "completion_tokens": 1,
        "total_cost_usd": 1.25,
        "generated_from": "a" * 64,
    }
    # A hostile name is put in afterwards, since a summary's own type refuses it.
    return replace(convert(row, WeeklySummary), model=runs[0].model)


def curated(week: str, runs: list[CuratedRun], rejected: dict[str, int] | None = None) -> CuratedWeek:
    cells: dict[tuple[str, Phase], list[CuratedRun]] = {}
    for run in runs:
        cells.setdefault((run.model, run.phase), []).append(run)
    return CuratedWeek(
        week=Week.parse(week),
        summary=[summary(week, cell) for cell in cells.values()],
        runs=runs,
        rejected=rejected or {},
        generated_from="a" * 64,
        manifests=["manifest_20251105_a7f3e9c2"],
        artifacts=["soc-1.2@sha256:" + "b" * 64],
    )


class Reader(HTMLParser):
    """Takes a page apart: its tags, ids, texts and what it refers to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [str(value) for name, value in attrs if name == "id"]
        self.links += [str(value) for name, value in attrs if name in {"href", "src", "xlink:href", "action"}]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def weeks() -> list[CuratedWeek]:
    rng = random.Random(11)
    models = ["a", "b", "c"]
    lost = simulated(rng, models, lost="b", loss=0.5)
    return [curated("2025-W44", simulated(rng, models)), curated("2025-W45", lost, {"malformed": 3})]


@pytest.fixture(scope="module")
def text(weeks: list[CuratedWeek]) -> str:
    return page(weeks, models=["a", "b", "c", "absent"], turns=TURNS)


def test_what_fell_stands_at_the_top_with_effect_interval_and_runs(text: str) -> None:
    (first, *_) = re.findall(r'<p class="loud">(b in P0[^<]*)</p>', text)
    assert re.fullmatch(
        r"b in P0 held out [0-9.]+ turns, [0-9.]+ in 2025-W44: a change of -[0-9.]+, between -[0-9.]+ and -[0-9.]+ "
        r"at 95%, over 12 runs against 12\.",
        first,
    )


def test_a_missing_cell_is_loud(text: str) -> None:
    assert "Without a run: absent P0, absent P1, absent P2, absent P3." in text


def test_the_tables_hold_the_numbers(text: str, weeks: list[CuratedWeek]) -> None:
    cells = [run for run in weeks[-1].runs if (run.model, run.phase) == ("a", Phase.P1)]
    rate = sum(run.compliant_turns / run.turns_count for run in cells) / len(cells)
    row = re.search(r"<td>a</td><td>P1</td><td class=\"number\">([0-9.]+)</td>", text)
    assert row
    assert float(row[1]) == pytest.approx(rate, abs=0.001)
    assert '<td>refused: malformed</td><td class="number">3</td>' in text
    assert "12.500" in text  # of 100 turns
    assert text.count("5.000</td>") >= 3  # four phases at 1.25 dollars


def test_a_page_is_whole_by_itself(text: str) -> None:
    read = Reader(text)
    assert "script" not in read.tags
    assert read.links == []
    assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org/)", text)


def test_ids_are_unique_and_every_chart_is_described(text: str) -> None:
    read = Reader(text)
    assert len(read.ids) == len({*read.ids})
    charts = re.findall(r"<svg [^>]*>", text)
    assert len(charts) == 6
    for chart in charts:
        (labels,) = re.findall(r'aria-labelledby="([^"]+)"', chart)
        assert {*labels.split()} <= {*read.ids}


def test_same_weeks_give_the_same_bytes(text: str, weeks: list[CuratedWeek]) -> None:
    assert page(weeks, models=["a", "b", "c", "absent"], turns=TURNS) == text


def test_hostile_names_and_reasons_are_text() -> None:
    runs = [replace(run, model=HOSTILE, seed_id=HOSTILE) for run in simulated(random.Random(1), ["a"])]
    text = page([curated("2025-W45", runs, {HOSTILE: 1})], models=[HOSTILE], turns=TURNS)
    read = Reader(text)
    assert "script" not in read.tags
    assert read.text.count(HOSTILE) >= 4
    assert read.tags.count("title") == 7


def test_two_runs_a_cell_are_marked_and_a_week_without_a_week_before_says_so() -> None:
    runs = [run for n, run in enumerate(simulated(random.Random(2), ["a"])) if n % 12 < 2]
    text = page([curated("2025-W45", runs)], models=["a"], turns=TURNS)
    assert "(n=2)" in text
    assert "The week before is not curated" in text


def test_a_week_without_a_break_is_drawn() -> None:
    runs = [replace(run, half_life_turn=None) for run in simulated(random.Random(3), ["a"])]
    text = page([curated("2025-W44", runs), curated("2025-W45", runs)], models=["a"], turns=TURNS)
    assert "No model did worse than in 2025-W44" in text
    assert ">1.000</td>" in text
