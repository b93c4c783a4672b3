import pytest

from lambdas.curate_week.inputs import week_inputs
from lambdas.curate_week.listing import RawObject
from lambdas.curate_week.parts import WORK_PER_OBJECT, bounds_of
from schemas.keys.grammar import Phase
from schemas.keys.layout import RawKey
from schemas.keys.weeks import Week
from tools.bench.scaling import Speeds, scaling

SPEEDS = Speeds(work=100_000_000, planned_objects=100_000)


def rows() -> list[dict[str, object]]:
    table = scaling(SPEEDS)
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def test_todays_week_is_one_pass_and_costs_fractions_of_a_cent() -> None:
    assert rows()[0] == {
        "times today": 1,
        "raw GB": 0.63,
        "objects": 7_200,
        "children": 0,
        "plan and finish s": pytest.approx(0.072),
        # 630 MB, and 40 KB more for each of the objects
        "s a child": pytest.approx(9.18),
        "s, 4 side by side": pytest.approx(9.252),
        "s, 1,000 side by side": pytest.approx(9.252),
        # 9.252 s of 2.9375 GB at $0.0000133334 a GB-second, 7,200 GETs at $0.40 a million, 12.2 PUTs and LISTs at $5
        # a million; the rest rounds away
        "$": "0.0033",
        "$ at the planned speed": "0.0038",
    }


def test_larger_weeks_have_children_that_work_side_by_side() -> None:
    _, tenfold, hundredfold, most = rows()
    assert [row["children"] for row in (tenfold, hundredfold, most)] == [6, 24, 3_072]
    # Two rounds of four, and six of four.
    assert tenfold["s, 4 side by side"] == pytest.approx(0.72 + 6 * 0.04 + 2 * 15.3)
    assert hundredfold["s, 4 side by side"] == pytest.approx(7.2 + 24 * 0.04 + 6 * 38.25)
    assert most["s, 1,000 side by side"] == pytest.approx(720 + 3_072 * 0.04 + 4 * 29.8828, rel=1e-5)
    # 10⁴ times as much for 10⁴ times as much, within what half-full parts cost.
    assert 9_000 < float(str(most["$"])) / float(str(rows()[0]["$"])) < 12_000


@pytest.mark.parametrize(("runs", "expected"), [(1, 1), (16, 6), (32, 24), (256, 96)])
def test_children_are_as_many_as_the_product_makes_of_runs_that_are_spread_evenly(
    runs: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A part takes 64 objects; ids differ in their first eight bits.
    digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    week = Week(2025, 45)
    ids = [digits[(n * 256 // runs) >> 3] + digits[(n * 256 // runs & 7) << 2] + "0" * 24 for n in range(runs)]
    keys = [
        RawKey(week.monday, f"m{model}", phase, run_id) for model in range(6) for phase in Phase for run_id in ids
    ]
    inputs = week_inputs(week, [RawObject(str(key), "etag", 0) for key in keys])
    assert sum(1 for _ in bounds_of(inputs, most=64 * WORK_PER_OBJECT)) == expected
    monkeypatch.setattr("tools.bench.scaling._TODAY_OBJECTS", len(keys))
    monkeypatch.setattr("tools.bench.scaling._TODAY_BYTES", 0)
    monkeypatch.setattr("tools.bench.scaling.PART_WORK", 64 * WORK_PER_OBJECT)
    assert rows()[0]["children"] == (expected if expected > 1 else 0)
