import pytest

from schemas.curation import (
    MAX_WEEKS,
    CurationRequest,
    RequestError,
    parse_request,
    requested_weeks,
)
from schemas.keys.weeks import Week, WeekError

CURRENT = Week(2026, 2)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({}, CurationRequest()),
        ({"weeks": None}, CurationRequest()),
        ({"weeks": ["2025-W45"], "force": True}, CurationRequest(weeks=["2025-W45"], force=True)),
        ({"dry_run": True}, CurationRequest(dry_run=True)),
    ],
)
def test_an_event_is_a_request(event: object, expected: CurationRequest) -> None:
    assert parse_request(event) == expected


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (None, "Expected `object`"),
        ([], "Expected `object`"),
        ({"weeks": "2025-W45"}, r"Expected `array \| null`, got `str` - at `\$.weeks`"),
        ({"weeks": [45]}, r"Expected `str`, got `int` - at `\$.weeks\[0\]`"),
        ({"week": ["2025-W45"]}, "unknown field `week`"),
        ({"force": "yes"}, r"Expected `bool`, got `str` - at `\$.force`"),
    ],
)
def test_anything_else_is_refused_with_what_is_expected(event: object, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        parse_request(event)


def test_without_weeks_the_twelve_before_the_current_one_are_meant() -> None:
    weeks = requested_weeks(CurationRequest(), current=CURRENT)
    assert [*map(str, weeks)] == [
        "2025-W42", "2025-W43", "2025-W44", "2025-W45", "2025-W46", "2025-W47",
        "2025-W48", "2025-W49", "2025-W50", "2025-W51", "2025-W52", "2026-W01",
    ]  # fmt: skip


def test_requested_weeks_come_once_and_the_oldest_first() -> None:
    request = CurationRequest(weeks=["2026-W02", "2025-W45", "2026-W02"])
    assert requested_weeks(request, current=CURRENT) == (Week(2025, 45), Week(2026, 2))


@pytest.mark.parametrize("text", ["2025-W60", "2025-W53", "2025-45", "2025-W5", "", "2025-w45"])
def test_a_week_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(WeekError, match="expected an ISO week YYYY-WNN that exists"):
        requested_weeks(CurationRequest(weeks=[text]), current=CURRENT)


def test_a_week_to_come_is_refused() -> None:
    with pytest.raises(
        RequestError, match="week 2026-W03: expected 2026-W02, which is the current one, or an earlier"
    ):
        requested_weeks(CurationRequest(weeks=["2026-W03"]), current=CURRENT)


@pytest.mark.parametrize("count", [0, MAX_WEEKS + 1])
def test_no_week_and_too_many_are_refused(count: int) -> None:
    request = CurationRequest(weeks=["2025-W45"] * count)
    with pytest.raises(RequestError, match=f"{count} weeks: expected 1 to 60"):
        requested_weeks(request, current=CURRENT)
