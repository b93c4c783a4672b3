"""The layout document's queries, word for word, against a recomputation in plain Python."""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

import pytest
from moto import mock_aws

from ops.sample import SampleObject, SampleOptions, generate
from schemas.catalog.queries import queries
from schemas.keys.grammar import Phase
from schemas.keys.layout import RawKey, ScoreKey
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from tests.ops.query.lake import MODELS, NOW, Lake, moto_credentials

QUERIES = {query.name: query for query in queries(MODELS)}
SUBSCORES = ("CR", "ST", "RHD", "AP", "NVT", "TC", "CH", "MA")
WEEKS = (Week(2025, 35), Week(2025, 41), Week(2025, 45), Week(2025, 46))


def samples() -> list[SampleObject]:
    options = SampleOptions(weeks=WEEKS, models=(*MODELS, "unregistered"), runs=3, turns=(15, 25))
    return [*generate(options, prices=load_models())]


@pytest.fixture(scope="module")
def stored() -> Iterator[Lake]:
    """Give one lake to all tests, which only read it."""
    with moto_credentials(), mock_aws():
        lake = Lake()
        lake.create()
        lake.put((sample.key, sample.body) for sample in samples())
        yield lake


@pytest.fixture
def sampled(stored: Lake) -> Lake:
    stored.listed.clear()
    stored.fetched.clear()
    return stored


def turns() -> Iterator[tuple[RawKey, dict[str, object]]]:
    for sample in samples():
        if RawKey.matches(sample.key) and RawKey.parse(sample.key).model in MODELS:
            for line in sample.body.splitlines():
                yield RawKey.parse(sample.key), json.loads(line)


def mean(values: Iterable[object]) -> float | None:
    numbers = [float(str(value)) for value in values if value is not None]
    return math.fsum(numbers) / len(numbers) if numbers else None


def close(found: Iterable[Sequence[object]], expected: Iterable[Sequence[object]]) -> bool:
    """Compare rows, whose means may differ in the last bits, since the engine adds in another order."""

    def cells(rows: Iterable[Sequence[object]]) -> list[object]:
        return [cell for row in rows for cell in row]

    return cells(found) == [
        pytest.approx(cell, rel=1e-12) if isinstance(cell, float) else cell for cell in cells(expected)
    ]


def test_score_by_model(sampled: Lake) -> None:
    cells: dict[tuple[str, str], list[object]] = defaultdict(list)
    for key, turn in turns():
        if date(2025, 10, 1) <= key.dt < date(2025, 11, 1):
            cells[key.model, key.phase].append(turn["score"])
    expected = [(*cell, mean(scores)) for cell, scores in sorted(cells.items())]
    assert len(expected) == 8
    assert close(sorted(sampled.rows(QUERIES["score_by_model"].sql)), expected)


def test_violation_mix(sampled: Lake) -> None:
    day = QUERIES["violation_mix"].sql.partition("dt = '")[2][:10]
    counts = Counter(
        (key.model, str(violation))
        for key, turn in turns()
        if str(key.dt) == day and isinstance(turn["violations"], list)
        for violation in turn["violations"]
    )
    expected = [(*cell, count) for cell, count in sorted(counts.items())]
    assert len(expected) > 2
    assert sorted(sampled.rows(QUERIES["violation_mix"].sql)) == expected


def test_csd_subscores(sampled: Lake) -> None:
    found: dict[str, list[dict[str, float]]] = defaultdict(list)
    for key, turn in turns():
        subscores = turn["csd_subscores"]
        if key.dt >= date(2025, 11, 1) and key.phase == Phase.P2 and isinstance(subscores, dict):
            found[key.model].append(subscores)
    expected = [(model, *(mean(it[name] for it in found[model]) for name in SUBSCORES)) for model in sorted(found)]
    assert len(expected) == 2
    answer = sampled.engine().answer(QUERIES["csd_subscores"].sql)
    assert answer.columns == ("model", *(f"avg_{name}" for name in SUBSCORES))
    assert close(sorted(answer.rows, key=lambda row: str(row[0])), expected)


def summaries() -> Iterator[tuple[date, dict[str, object]]]:
    for sample in samples():
        if ScoreKey.matches(sample.key):
            yield ScoreKey.parse(sample.key).dt, json.loads(sample.body)


def test_half_life_trend(sampled: Lake) -> None:
    cells: dict[tuple[str, str], list[object]] = defaultdict(list)
    for day, summary in summaries():
        if day >= NOW.date() - timedelta(weeks=12):
            cells[str(Week.of(day)), str(summary["model"])].append(summary.get("half_life_turn"))
    expected = [(*cell, mean(turns)) for cell, turns in sorted(cells.items())]
    assert {week for week, *_ in expected} == {"2025-W35", "2025-W41", "2025-W45", "2025-W46"}
    found = sampled.rows(QUERIES["half_life_trend"].sql)
    assert close(sorted(found, key=lambda row: (row[0], row[1])), expected)
    # The latest week first; in it the longest first, and NULLs last, as Athena sorts them whatever the direction.
    order = [(str(week), -math.inf if value is None else float(str(value))) for week, _, value in found]
    assert order == sorted(order, reverse=True)
    assert -math.inf in [value for _, value in order]


def test_worst_half_lives(sampled: Lake) -> None:
    found = [
        (
            str(it["run_id"]),
            str(day),
            it["model"],
            it["phase"],
            it["half_life_turn"],
            it["mean_score"],
            it["compliance_rate"],
        )
        for day, it in summaries()
        if Week.of(day) == Week(2025, 45) and it.get("half_life_turn") is not None
    ]
    found.sort(key=lambda row: row[4:6] + row[:1])
    assert found
    assert sampled.rows(QUERIES["worst_half_lives"].sql, "'2025-W45'") == found[:20]


def test_coverage_counts_cells_without_a_run(sampled: Lake) -> None:
    more = {query.name: query for query in queries((*MODELS, "idle"))}
    counts = Counter((it["model"], it["phase"]) for day, it in summaries() if Week.of(day) == Week(2025, 45))
    cells = [(model, str(phase)) for model in (*MODELS, "idle") for phase in Phase]
    expected = sorted(((*cell, counts[cell]) for cell in cells), key=lambda row: (row[2], row))
    assert [row[2] for row in expected] == [0] * 4 + [3] * 8
    assert sampled.rows(more["coverage"].sql, "'2025-W45'") == expected


def test_cost_by_model(sampled: Lake) -> None:
    runs = Counter(str(it["model"]) for day, it in summaries() if Week.of(day) == Week(2025, 45))
    rows = sampled.rows(QUERIES["cost_by_model"].sql, "'2025-W45'")
    # The registry prices none of the sample's models.
    assert rows == [(model, runs[model], runs[model], None, None) for model in sorted(runs)]


def test_pruned_partitions_are_those_of_the_dates(sampled: Lake) -> None:
    sampled.rows(QUERIES["score_by_model"].sql)
    # All models and phases are needed, so that one listing a day finds them.
    assert sorted(sampled.listed) == [f"raw/dt=2025-10-{day:02}/model=" for day in range(1, 32)]
    october = [sample.key for sample in samples() if "dt=2025-10" in sample.key and RawKey.matches(sample.key)]
    assert sorted(sampled.fetched) == sorted(key for key in october if RawKey.parse(key).model in MODELS)


def test_pruned_partitions_are_those_of_days_and_phase(sampled: Lake) -> None:
    sampled.rows(QUERIES["csd_subscores"].sql)
    days = [date(2025, 11, 1) + timedelta(days=number) for number in range(21)]
    expected = [f"raw/dt={day}/model={model}/phase=P2/" for day in days for model in MODELS]
    # The projected range ends tomorrow.
    assert days[-1] == NOW.date() + timedelta(days=1)
    assert sorted(sampled.listed) == expected


def test_view_is_pruned_by_the_day_that_its_table_has(sampled: Lake) -> None:
    sampled.rows(QUERIES["half_life_trend"].sql)
    days = (NOW.date() - timedelta(weeks=12) + timedelta(days=number) for number in range(12 * 7 + 2))
    assert sorted(sampled.listed) == [f"scores/dt={day}/" for day in days]


def test_view_is_pruned_by_what_it_computes(sampled: Lake) -> None:
    sampled.rows(QUERIES["worst_half_lives"].sql, "'2025-W45'")
    assert sorted(sampled.listed) == [f"scores/dt={day}/" for day in Week(2025, 45).days()]
