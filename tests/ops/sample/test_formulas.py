import math

import pytest
from hypothesis import given, strategies as st

from ops.sample.formulas import CSD_WEIGHTS, base_score, csd_overall, final_score, percentile

points = st.integers(0, 100).map(lambda tenths: tenths / 10)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [((10, 10, 10), 10), ((10, 0, 0), 2), ((0, 10, 0), 3), ((0, 0, 10), 5), ((8.3, 7.9, 9.1), 8.58)],
)
def test_base_score_weighs_form_substance_and_purity(scores: tuple[float, float, float], expected: float) -> None:
    assert base_score(*scores) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("CR", 2), ("ST", 2), ("RHD", 1.5), ("AP", 1.5), ("NVT", 1), ("TC", 1), ("CH", 0.5), ("MA", 0.5)],
)
def test_each_subscore_has_its_weight(name: str, expected: float) -> None:
    assert csd_overall({**dict.fromkeys(CSD_WEIGHTS, 0.0), name: 10.0}) == expected


@given(st.fixed_dictionaries(dict.fromkeys(CSD_WEIGHTS, points)))
def test_csd_lies_between_its_subscores(subscores: dict[str, float]) -> None:
    assert min(subscores.values()) - 1e-4 <= csd_overall(subscores) <= max(subscores.values()) + 1e-4


@pytest.mark.parametrize(
    ("base", "overall", "expected"),
    [
        (6.9, None, 6.9),
        (9.0, None, 9.0),
        (6.9, 9.0, 6.9),
        (6.9, 5.0, 5.0),
        (7.0, 9.0, 8.0),
        (9.0, 5.0, 7.0),
    ],
)
def test_final_score_is_capped_below_seven_and_the_mean_from_there(
    base: float, overall: float | None, expected: float
) -> None:
    assert final_score(base, overall) == expected


@given(points, points)
def test_final_score_lies_between_base_and_csd(base: float, overall: float) -> None:
    assert min(base, overall) <= final_score(base, overall) <= max(base, overall)


@given(st.lists(points, min_size=1), st.sampled_from([0.05, 0.5, 0.95, 1.0]))
def test_percentile_is_the_least_value_that_covers_the_share(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert sum(value <= found for value in values) >= math.ceil(share * len(values))
    assert sum(value < found for value in values) < math.ceil(share * len(values))
