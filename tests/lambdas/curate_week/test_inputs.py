import pytest

from lambdas.curate_week import inputs as module
from lambdas.curate_week.inputs import WeekInputs, week_inputs
from lambdas.curate_week.listing import RawObject
from schemas.keys.grammar import Phase
from schemas.keys.weeks import Week
from schemas.models import ModelConfig
from tests.lambdas.curate_week.lake import MODEL, raw_key

WEEK = Week(2025, 45)
OTHER_RUN = "01HQVZ3K9X9876543210FEDCBA"
TURNS = {Phase.P2: 20}
MODELS = {MODEL.model_id: MODEL}


def inputs(*objects: RawObject) -> WeekInputs:
    return week_inputs(WEEK, objects)


def raw(day: int = 2, etag: str = "a", **changed: str) -> RawObject:
    return RawObject(str(raw_key(WEEK, day=day, **changed)), etag, 10)


def test_a_runs_objects_stand_together_and_the_later_day_wins() -> None:
    found = inputs(raw(0), raw(1, run_id=OTHER_RUN), raw(4))
    assert [[(source.key.run_id, str(source.key.dt)) for source in run] for run in found.runs()] == [
        [("01HQVZ3K9X1234567890ABCDEF", "2025-11-07"), ("01HQVZ3K9X1234567890ABCDEF", "2025-11-03")],
        [(OTHER_RUN, "2025-11-04")],
    ]
    assert found.size == 30


def test_an_object_with_a_bad_key_is_kept_apart_and_not_read() -> None:
    found = inputs(RawObject(f"raw/dt={WEEK.monday}/model=A B/phase=P2/x.jsonl", "a", 99), raw())
    assert [(each.reason, found.size) for each in found.refused] == [("bad_key:model", 10)]


@pytest.mark.parametrize(
    "other",
    [
        inputs(raw(etag="b")),
        inputs(raw(day=3)),
        inputs(raw(), raw(run_id=OTHER_RUN)),
        inputs(raw(), RawObject("raw/dt=2025-11-03/nonsense.jsonl", "a", 0)),
        inputs(),
    ],
    ids=["content", "key", "one more", "one more with a bad key", "none"],
)
def test_whatever_changes_the_objects_changes_the_digest(other: WeekInputs) -> None:
    assert other.generated_from(MODELS, TURNS) != inputs(raw()).generated_from(MODELS, TURNS)


def test_the_digest_depends_on_the_prices_of_the_weeks_models_alone() -> None:
    digest = inputs(raw()).generated_from(MODELS, TURNS)
    other = ModelConfig("other", "p", "e", "v", cost_per_1m_prompt=3, cost_per_1m_completion=15, max_tokens=1)
    moved = ModelConfig(MODEL.model_id, "q", "f", "w", cost_per_1m_prompt=3, cost_per_1m_completion=15, max_tokens=2)
    dearer = ModelConfig(MODEL.model_id, "p", "e", "v", cost_per_1m_prompt=3, cost_per_1m_completion=16, max_tokens=1)
    assert inputs(raw()).generated_from({**MODELS, "other": other}, TURNS) == digest
    assert inputs(raw()).generated_from({MODEL.model_id: moved}, TURNS) == digest
    assert inputs(raw()).generated_from({MODEL.model_id: dearer}, TURNS) != digest
    assert inputs(raw()).generated_from({}, TURNS) != digest
    assert inputs(raw()).generated_from(MODELS, {**TURNS, Phase.P2: 21}) != digest


@pytest.mark.parametrize("version", ["TURNS_VERSION", "SUMMARY_VERSION"])
def test_the_digest_depends_on_the_versions(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = inputs(raw()).generated_from(MODELS, TURNS)
    monkeypatch.setattr(module, version, 0)
    assert inputs(raw()).generated_from(MODELS, TURNS) != digest


def test_the_order_of_a_listing_changes_nothing() -> None:
    objects = [raw(0), raw(4), raw(1, run_id=OTHER_RUN)]
    found, reversed_ = inputs(*objects), inputs(*objects[::-1])
    assert found.runs() == reversed_.runs()
    assert found.generated_from(MODELS, TURNS) == reversed_.generated_from(MODELS, TURNS)


def test_a_run_that_no_function_could_do_is_refused_object_by_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_RUN", 15)
    found = inputs(raw(day=1), raw(day=2), raw(run_id=OTHER_RUN))
    assert [(each.reason, each.key) for each in found.refused] == [
        ("too_large", raw(day=1).key),
        ("too_large", raw(day=2).key),
    ]
    assert [run[0].key.run_id for run in found.runs()] == [OTHER_RUN]
