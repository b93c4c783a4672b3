import json
from collections.abc import Mapping

import pytest

from lake.events import repair_event
from ops.dead_letters.letters import LetterError, read_letter
from tests.ops.dead_letters.letters import record, undelivered

NESTED = "[" * 50_000 + "]" * 50_000
EVENT = repair_event(["raw/a+b é.jsonl", "raw/c.jsonl"])


def test_a_failed_invocation_is_read_with_its_payload_as_it_was() -> None:
    letter = read_letter(record("IndexRun", EVENT, error="table\nis away"), {})
    assert letter.function == "IndexRun"
    assert json.loads(letter.payload) == EVENT
    assert letter.reason == "RetriesExhausted: table is away"
    assert letter.since == "2025-11-05T12:00:00.000Z"
    assert letter.about == "raw/a+b é.jsonl and 1 more"


def test_an_event_that_was_never_tried_has_no_response() -> None:
    body = json.loads(record("IndexRun", {"Records": []}))
    del body["responsePayload"]
    letter = read_letter(json.dumps(body), {})
    assert (letter.reason, letter.about) == ("RetriesExhausted", "no object")


def test_an_undelivered_event_is_read_with_its_attributes() -> None:
    letter = read_letter('{"weeks": ["2025-W45"]}', undelivered("CurateWeek"))
    assert letter.function == "CurateWeek"
    assert letter.payload == b'{"weeks": ["2025-W45"]}'
    assert letter.reason == "TooManyRequestsException: Rate exceeded"
    assert letter.since == "2025-11-10T12:00:00Z"
    assert letter.about == '{"weeks": ["2025-W45"]}'


@pytest.mark.parametrize("payload", ["9" * 5000, '{"weeks":[' + "9" * 5000 + "]}"], ids=["number", "weeks"])
def test_a_payload_that_python_does_not_read_is_replayed_as_it_is(payload: str) -> None:
    body = record("CurateWeek", "payload").replace('"payload"', payload)
    assert (
        read_letter(body, {}).payload == read_letter(payload, undelivered("CurateWeek")).payload == payload.encode()
    )
    assert read_letter(body, {}).about.startswith(payload[:10])


def test_a_long_payload_is_shown_in_part() -> None:
    letter = read_letter(record("CurateWeek", {"weeks": ["2025-W45"] * 60}), {})
    assert len(letter.about) == 101


@pytest.mark.parametrize(
    ("body", "attributes", "reason"),
    [
        ("", {}, "neither an invocation's record nor an undelivered event"),
        ("hello", {}, "neither"),
        ("[]", {}, "neither"),
        ('{"requestPayload": {}}', {}, "timestamp"),
        ('{"x": "\udcff"}', {}, "neither"),
        ("{}", {"ERROR_CODE": "x"}, "neither"),
        (record("CurateWeek", "payload").replace('"payload"', NESTED), {}, "neither"),
        ("{", undelivered("CurateWeek"), "its payload is no JSON"),
        (NESTED, undelivered("CurateWeek"), "its payload is no JSON"),
        ('{"weeks": ["\\ud800"]}', undelivered("CurateWeek"), "its payload is no JSON"),
        ('"\udcff"', undelivered("CurateWeek"), "its payload is no JSON"),
        ("{}", undelivered("CurateWeek", TARGET_ARN="CurateWeek"), "its function 'CurateWeek' is no ARN"),
        ("{}", undelivered("CurateWeek", IS_PAYLOAD_TRUNCATED="true"), "its payload was truncated"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_anything_else_is_refused_with_its_reason(body: str, attributes: Mapping[str, str], reason: str) -> None:
    with pytest.raises(LetterError, match=reason):
        read_letter(body, attributes)


def test_nothing_is_taken_for_an_empty_payload() -> None:
    assert read_letter("", undelivered("CurateWeek")).payload == b"{}"
