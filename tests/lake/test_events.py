import pytest
from hypothesis import given, strategies as st

from lake.events import SEQUENCER_WIDTH, EventError, ObjectEvent, object_events, padded, repair_event


def notification(**described: str) -> dict[str, object]:
    return {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "b"}, "object": described}}]}


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        ("raw/dt%3D2025-11-05/a.jsonl", "raw/dt=2025-11-05/a.jsonl"),
        ("raw/a+b.jsonl", "raw/a b.jsonl"),
        ("raw/a%2Bb%25.jsonl", "raw/a+b%.jsonl"),
        ("raw/%C3%A9%E2%82%AC.jsonl", "raw/é€.jsonl"),
    ],
)
def test_keys_are_decoded(encoded: str, decoded: str) -> None:
    [event] = object_events(notification(key=encoded, versionId="v1", sequencer="0A"))
    assert event == ObjectEvent(decoded, "v1", "0A".ljust(SEQUENCER_WIDTH, "0"))


def test_the_test_event_that_s3_sends_is_about_nothing() -> None:
    assert object_events({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}) == []


def test_a_record_without_sequencer_asks_for_a_repair() -> None:
    assert object_events(notification(key="raw/a.jsonl")) == [ObjectEvent("raw/a.jsonl", None, None)]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1)), st.booleans())
def test_a_request_to_repair_names_every_key_as_it_is(keys: list[str], force: bool) -> None:  # noqa: FBT001 - drawn
    assert object_events(repair_event(keys, force=force)) == [ObjectEvent(key, force=force) for key in keys]


@pytest.mark.parametrize(
    ("event", "named"),
    [
        (None, "null"),
        ({}, "Records"),
        ({"Records": [{"s3": {}}]}, "object"),
        ({"Records": [{"s3": {"object": {"key": 5}}}]}, "key"),
        (notification(key="a", sequencer="xyz"), "sequencer 'xyz'"),
        (notification(key="a", sequencer=""), "sequencer ''"),
        (notification(key="a", sequencer="A" * (SEQUENCER_WIDTH + 1)), "hex digits"),
    ],
)
def test_anything_else_is_refused_by_name(event: object, named: str) -> None:
    with pytest.raises(EventError, match=named):
        object_events(event)


hex_digits = st.text("0123456789ABCDEF", min_size=1, max_size=SEQUENCER_WIDTH)


@given(hex_digits, hex_digits)
def test_padded_sequencers_order_as_numbers_do_when_padded_right(one: str, other: str) -> None:
    width = max(len(one), len(other))
    as_numbers = int(one.ljust(width, "0"), 16) < int(other.ljust(width, "0"), 16)
    assert (padded(one) < padded(other)) == as_numbers


@given(hex_digits)
def test_padding_ignores_case_and_is_idempotent(digits: str) -> None:
    assert padded(digits.lower()) == padded(digits) == padded(padded(digits))
    assert len(padded(digits)) == SEQUENCER_WIDTH
