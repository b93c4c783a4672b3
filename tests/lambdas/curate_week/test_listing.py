"""Listings of weeks, page by page and on disk: what is found in them again, and the digest that is taken of them."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date

import pytest
from hypothesis import given, strategies as st

from lambdas.curate_week import listing as module
from lambdas.curate_week.inputs import TOO_LARGE, WeekInputs, list_week
from lambdas.curate_week.listing import Cell, ListedDay, RawObject
from schemas.curation import SUMMARY_VERSION, TURNS_VERSION
from schemas.keys.grammar import KeyGrammarError, Phase
from schemas.keys.layout import RawKey
from schemas.keys.weeks import Week
from tests.lambdas.curate_week.lake import MODEL
from tests.schemas.examples import RUN_ID

WEEK = Week(2025, 45)
OTHER_RUN = "01HQVZ3K9X9876543210FEDCBA"
TURNS = {Phase.P2: 20}


def key(model: str = MODEL.model_id, run_id: str = RUN_ID, *, dt: date = WEEK.monday) -> str:
    return str(RawKey(dt, model, Phase.P2, run_id))


KEYS = sorted(
    [
        *(key(model, run_id, dt=dt) for model in ("a", "a-b", MODEL.model_id) for run_id in (RUN_ID, OTHER_RUN)
          for dt in WEEK.days()[::2]),
        key().replace(RUN_ID, "deeper/" + RUN_ID),
        key().replace(RUN_ID, "7"),
        f'raw/dt={WEEK.monday}/ü \n".jsonl',
        f"raw/dt={WEEK.monday}/before-all-cells.jsonl",
    ]
)  # fmt: skip
OBJECTS = [RawObject(each, f"etag-{number}", 10 + number) for number, each in enumerate(KEYS)]


def pages(objects: Sequence[RawObject], size: int = 3) -> Callable[[str], Iterable[Sequence[RawObject]]]:
    def list_pages(folder: str) -> Iterable[Sequence[RawObject]]:
        found = [each for each in objects if each.key.startswith(folder)]
        return (found[start : start + size] for start in range(0, len(found), size))

    return list_pages


def listed(size: int = 3) -> WeekInputs:
    return list_week(WEEK, pages(OBJECTS, size))


def digest_of_json() -> str:
    prices = [[MODEL.model_id, MODEL.cost_per_1m_prompt, MODEL.cost_per_1m_completion]]
    objects = [[each.key, each.etag] for each in OBJECTS]
    decisive = [TURNS_VERSION, SUMMARY_VERSION, objects, prices, sorted(TURNS.items())]
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 100])
def test_what_is_read_and_what_is_refused_does_not_depend_on_the_pages(size: int) -> None:
    whole, found = listed(7), listed(size)
    assert (found.runs(), found.cells, {*found.refused}) == (whole.runs(), whole.cells, {*whole.refused})
    good = [each.key for each in OBJECTS if RawKey.matches(each.key) and not each.key.endswith("/7.jsonl")]
    assert sorted(source.object.key for run in found.runs() for source in run) == good


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_digest_is_that_of_the_whole_weeks_json_whatever_the_pages(size: int) -> None:
    assert listed(size).generated_from({MODEL.model_id: MODEL}, TURNS) == digest_of_json()


def test_nothing_of_many_objects_stays_in_memory_and_all_is_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory = listed()
    monkeypatch.setattr(module, "_HELD_BYTES", 1)
    on_disk = listed()
    assert on_disk.runs() == in_memory.runs()
    assert on_disk.generated_from({}, TURNS) == in_memory.generated_from({}, TURNS)
    found = [*on_disk.listed(on_disk.cells)]
    assert {*found} == {each for each in OBJECTS if "-b" in each.key or RawKey.matches(each.key)} - {
        each for each in OBJECTS if each.key.endswith("/7.jsonl")
    }
    assert (on_disk.objects, on_disk.size) == (len(OBJECTS), sum(each.size for each in found))


def test_cells_are_in_the_order_of_the_output_which_is_not_that_of_the_keys() -> None:
    assert [cell.model for cell in listed().cells] == ["a", "a-b", MODEL.model_id]
    assert key("a-b") < key("a")


def test_objects_outside_the_grammar_are_refused_with_the_reason() -> None:
    refused = {each.key: each.reason for each in listed().refused}
    assert refused == {
        key().replace(RUN_ID, "deeper/" + RUN_ID): "bad_key",
        key().replace(RUN_ID, "7"): "bad_key:run_id",
        f'raw/dt={WEEK.monday}/ü \n".jsonl': "bad_key",
        f"raw/dt={WEEK.monday}/before-all-cells.jsonl": "bad_key",
    }


def test_a_run_that_is_too_large_is_refused_by_all_its_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    most = 100
    whole = {*listed().runs()}
    expected = {run for run in whole if sum(source.object.size for source in run) > most}
    assert 1 < len(expected) < len(whole)
    monkeypatch.setattr("lambdas.curate_week.inputs.LARGEST_RUN", most)
    found = listed()
    refused = [each.key for each in found.refused if each.reason == TOO_LARGE]
    assert refused == sorted(source.object.key for run in expected for source in run)
    assert {*found.runs()} == whole - expected
    assert found.size == sum(source.object.size for run in found.runs() for source in run)


FOLDERS = st.sampled_from(
    [
        f"dt={WEEK.monday}/model=m/phase=P2",
        f"dt={WEEK.monday}/model=M/phase=P2",
        f"dt={WEEK.monday}/model=m/phase=P9",
        f"dt={WEEK.monday}/model=m/phase=P2/x",
        f"dt={WEEK.monday}",
        "dt=2025-11-3/model=m/phase=P2",
    ]
)
NAMES = st.sampled_from([f"{RUN_ID}.jsonl", f"{RUN_ID}.json", f"{RUN_ID[:-1]}.jsonl", f"{RUN_ID}X.jsonl"]) | st.text(
    "01IX.jsonl\n/", max_size=32
)


@given(FOLDERS, NAMES)
def test_what_is_refused_is_what_the_grammar_refuses(folder: str, name: str) -> None:
    object_ = RawObject(f"raw/{folder}/{name}", "etag", 1)
    try:
        parsed = RawKey.parse(object_.key)
    except KeyGrammarError:
        parsed = None
    day = ListedDay([[object_]], large_from=10)
    assert ([*day.bad_keys] == [object_.key]) is (parsed is None)
    cell = Cell("m", Phase.P2)
    assert [*day.of_cell(cell)] == ([object_] if parsed else [])
