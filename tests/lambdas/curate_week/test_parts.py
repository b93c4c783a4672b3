"""Parts of a week: where they end, and that their sums are the week's, bit for bit."""

import hashlib
import math
from itertools import pairwise
from pathlib import Path

import msgspec
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, given, settings, strategies as st

from lambdas.curate_week import parts as module
from lambdas.curate_week.cells import Cell, ExactSum, mean
from lambdas.curate_week.counts import Counts, MismatchError
from lambdas.curate_week.inputs import WeekInputs, week_inputs
from lambdas.curate_week.listing import RawObject
from lambdas.curate_week.parts import WORK_PER_OBJECT, Part, PartError, bounds_of, parts_of, read_part, work
from lambdas.curate_week.receipts import Receipt, ReceiptError, read_receipt, total, write_receipt
from lambdas.curate_week.summary import summary_rows
from ops.sample import SampleOptions, generate
from schemas.keys.grammar import CuratedFile, Phase
from schemas.keys.layout import RawKey
from schemas.registry.phases import load_planned_turns
from tests.lambdas.curate_week.lake import raw_key
from tests.lambdas.curate_week.weeks import WEEK, MemoryWeek

_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RUN_IDS = st.text(_DIGITS, min_size=26, max_size=26)
# In the order of keys "a-b" comes before "a", since "-" is before "/".
MODELS = ["a", "a-b", "c"]
RUNS = st.lists(
    st.tuples(st.sampled_from(MODELS), st.sampled_from(["P0", "P1"]), RUN_IDS, st.integers(1, 50)),
    unique_by=lambda run: run[:3],
).map(sorted)


def spans(runs: list[tuple[str, str, str, int]], most: int) -> list[list[str]]:
    """Return the parts of a week of these runs, each as the keys of its objects."""
    listed = [RawObject(key(*names), "etag", (units - 1) * WORK_PER_OBJECT) for *names, units in runs]
    inputs = week_inputs(WEEK, listed)
    parts = parts_of(inputs, [*bounds_of(inputs, most=most * WORK_PER_OBJECT)])
    return [[source.object.key for run in read_part(part.digest, part.inputs) for source in run] for part in parts]


def key(model: str, phase: str, run_id: str) -> str:
    return str(RawKey(WEEK.monday, model, Phase(phase), run_id))


@given(RUNS, st.integers(1, 200))
def test_parts_cover_all_runs_in_order_and_fit_unless_they_are_one_run(
    runs: list[tuple[str, str, str, int]], most: int
) -> None:
    found = spans(runs, most)
    assert [each for part in found for each in part] == [key(*names) for *names, _ in runs]
    works = {key(*names): units for *names, units in runs}
    for part in found:
        assert part
        assert len(part) == 1 or sum(works[each] for each in part) <= most


@given(RUNS, st.integers(1, 200), st.tuples(st.sampled_from(MODELS), st.sampled_from(["P0", "P1"]), RUN_IDS))
def test_a_late_run_moves_no_bound_outside_the_part_that_it_falls_into(
    runs: list[tuple[str, str, str, int]], most: int, late: tuple[str, str, str]
) -> None:
    assume(late not in {run[:3] for run in runs})
    before = {*map(tuple, spans(runs, most))}
    after = {*map(tuple, spans(sorted([*runs, (*late, 1)]), most))}
    assert len(before - after) <= 1
    # What replaces the part holds its runs and the late one.
    replaced = [each for part in before - after for each in part]
    assert sorted(each for part in after - before for each in part) == sorted([*replaced, key(*late)])


def test_a_week_that_fits_is_one_part_and_a_larger_one_is_cut_by_model_phase_and_run() -> None:
    low, high = "0" * 26, "Z" * 26
    runs = [("a", "P0", low, 3), ("a", "P1", low, 3), ("a-b", "P0", low, 4), ("a-b", "P0", high, 4)]

    def sizes(most: int) -> list[int]:
        return [len(part) for part in spans(runs, most)]

    assert sizes(14) == [4]
    assert sizes(8) == [2, 2]
    assert sizes(7) == [2, 1, 1]
    assert sizes(1) == [1, 1, 1, 1]
    assert spans([], 1) == []


def test_a_runs_objects_are_never_apart() -> None:
    objects = [RawObject(str(raw_key(WEEK, day=day)), "etag", 9) for day in range(3)]
    inputs = week_inputs(WEEK, objects)
    assert [bounds.objects for bounds in bounds_of(inputs, most=1)] == [3]


def sample(runs: int = 3) -> MemoryWeek:
    options = SampleOptions(weeks=(WEEK,), models=("claude-3.5-sonnet", "gpt-4-turbo"), runs=runs, bad_lines=0.05)
    return MemoryWeek({each.key: each.body for each in generate(options, prices={}) if RawKey.matches(each.key)})


def parts(inputs: WeekInputs, *, most: int) -> list[Part]:
    return [*parts_of(inputs, [*bounds_of(inputs, most=most)])]


def test_a_part_is_read_back_from_its_inputs_as_it_was_planned() -> None:
    inputs = sample().inputs()
    found = parts(inputs, most=500_000)
    assert len(found) > 1
    assert tuple(run for part in found for run in read_part(part.digest, part.inputs)) == inputs.runs()
    assert {hashlib.sha256(part.inputs).hexdigest() == part.digest for part in found} == {True}


def test_the_digest_of_a_part_is_over_version_keys_etags_and_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    def digest(inputs: WeekInputs) -> str:
        (part,) = parts(inputs, most=10**12)
        return part.digest

    inputs = sample().inputs()
    first, *others = inputs.listed(inputs.cells)
    found = digest(week_inputs(WEEK, [first, *others]))
    assert digest(week_inputs(WEEK, [*others, first])) == found
    for changed in (RawObject(first.key, "other", first.size), RawObject(first.key, first.etag, first.size + 1)):
        assert digest(week_inputs(WEEK, [changed, *others])) != found
    monkeypatch.setattr(module, "TURNS_VERSION", 0)
    assert digest(week_inputs(WEEK, [first, *others])) != found


def test_inputs_that_are_not_what_their_name_says_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    (part,) = parts(sample().inputs(), most=10**12)
    with pytest.raises(PartError, match="not what its name says"):
        read_part(part.digest, part.inputs[:-1])
    monkeypatch.setattr(module, "TURNS_VERSION", 99)
    with pytest.raises(PartError, match="of version 2, expected 99"):
        read_part(part.digest, part.inputs)


@pytest.mark.parametrize("most", [10**12, 1_500_000, 500_000, 1])
def test_rows_runs_refused_lines_and_summary_are_those_of_one_pass(most: int, tmp_path: Path) -> None:
    week = sample()
    (tmp_path / "whole").mkdir()
    whole = week.curate(tmp_path / "whole")
    found = parts(week.inputs(), most=most)
    curated, receipts = [], []
    for part in found:
        folder = tmp_path / part.digest
        folder.mkdir()
        runs = read_part(part.digest, part.inputs)
        done = week.curate(folder, runs)
        curated.append(done)
        receipt = Receipt(objects=sum(map(len, runs)), counts=done.counts, sizes={}, cells=done.cells)
        receipts.append(read_receipt(write_receipt(receipt)))
    assert (len(found) == 1) is (work(week.inputs().cells.values()) <= most)
    for file in (CuratedFile.TURNS, CuratedFile.RUNS):
        rows = [row for each in curated for row in pq.read_table(each.path(file)).to_pylist()]
        assert rows == pq.read_table(whole.path(file)).to_pylist()
    rejected = b"".join(each.path(CuratedFile.REJECTED).read_bytes() for each in curated)
    assert rejected == whole.path(CuratedFile.REJECTED).read_bytes()
    cells = [cell for receipt in receipts for cell in receipt.cells]
    assert msgspec.json.encode(summary_of(week, cells)) == msgspec.json.encode(summary_of(week, whole.cells))
    assert total(receipts, objects=len(week.contents)) == whole.counts


# Of the sample's week in one part, as it was before weeks had parts. Another version of pyarrow, which names itself
# in the file, changes the first: compare the rows, and store the new one.
DIGESTS = {
    CuratedFile.TURNS: "9bc5357e87da22750c0dbb09f820b35e6fbcaec4f27c668cdb201753fcdccda1",
    CuratedFile.REJECTED: "46550c1f5b289ae7c0365a1d8fc8f1f3d56641b8e7b029e916e0e5dc7a527d3d",
}


def test_a_week_of_one_part_has_the_bytes_that_it_always_had(tmp_path: Path) -> None:
    curated = sample().curate(tmp_path)
    assert {file: hashlib.sha256(curated.path(file).read_bytes()).hexdigest() for file in DIGESTS} == DIGESTS


def summary_of(week: MemoryWeek, cells: list[Cell]) -> object:
    return summary_rows(cells, week=str(week.week), generated_from="", models={}, turns=load_planned_turns())


FLOATS = st.lists(st.floats(-1e300, 1e300) | st.floats(0, 10), max_size=40)


@given(FLOATS, st.lists(st.integers(0, 40), max_size=5))
@settings(max_examples=300)
def test_the_mean_of_any_cuts_is_that_of_all_values_rounded_once(values: list[float], cuts: list[int]) -> None:
    ends = [0, *sorted(min(cut, len(values)) for cut in cuts), len(values)]
    sums = [ExactSum.of(values[start:end]) for start, end in pairwise(ends)]
    expected = math.fsum(values) / len(values) if values else None
    assert mean(sums) == expected
    assert sum(each.count for each in sums) == len(values)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"objects":1}', b"\xff", b'{"version":0,"objects":1,"counts":{},"sizes":{},"cells":[]}'],
    ids=["empty", "cut", "of another version", "no text", "with more"],
)
def test_a_receipt_that_is_damaged_or_of_another_version_cannot_be_read(content: bytes) -> None:
    with pytest.raises(ReceiptError, match="receipt: "):
        read_receipt(content)


@pytest.mark.parametrize(
    ("counts", "objects", "reason"),
    [
        (Counts(lines=3, rows=1, rejected=1), 1, "3 lines, 2 accounted for"),
        (Counts(lines=1, rows=1), 2, "2 objects were planned, 1 are in parts"),
    ],
)
def test_parts_that_do_not_add_up_are_a_defect(counts: Counts, objects: int, reason: str) -> None:
    with pytest.raises(MismatchError, match=reason):
        total([Receipt(objects=1, counts=counts, sizes={}, cells=[])], objects=objects)
