import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, strategies as st

from lake.lines import MAX_LINE_BYTES
from lake.records import RecordError
from lake.scoring import read_turn, utc
from schemas.catalog.columns import Column, ListOf, StructOf, record_columns
from schemas.keys.layout import RawKey
from schemas.models import Turn
from tests.schemas.examples import FULL_TURN, KEY, LEAST_TURN, REFERENCE, line, line_with_raw


def paths_of(columns: tuple[Column, ...], before: str = "") -> list[str]:
    paths = []
    for column in columns:
        path, kind = before + column.name, column.type
        paths.append(path)
        if isinstance(kind, ListOf):
            path, kind = f"{path}[]", kind.item
            paths.append(path)
        if isinstance(kind, StructOf):
            paths += paths_of(kind.parts, f"{path}.")
    return paths


# Everything that may ever be counted; it is finite because what a line holds is never part of it.
REASONS = {
    "oversized",
    "not_utf8",
    "too_deep",
    "malformed",
    "wrong_type",
    "key_mismatch",
    *(
        f"{problem}:{path}"
        for problem in ("missing_field", "wrong_type", "invalid_value")
        for path in paths_of(record_columns(Turn))
    ),
}


def reason_of(text: bytes, key: RawKey = KEY) -> str:
    with pytest.raises(RecordError) as caught:
        read_turn(text, key)
    return caught.value.reason


def without(record: Mapping[str, object], *path: str) -> bytes:
    changed = json.loads(json.dumps(record))
    parent = changed
    for name in path[:-1]:
        parent = parent[0][name] if isinstance(parent, list) else parent[name]
    if isinstance(parent, list):
        parent = parent[0]
    del parent[path[-1]]
    return line(changed)


def within(name: str, **changed: object) -> bytes:
    """Return the full turn with some fields of one nested record, or of a list's first one, changed."""
    nested = FULL_TURN[name]
    if isinstance(nested, list):
        return line(FULL_TURN, **{name: [{**nested[0], **changed}]})
    assert isinstance(nested, dict)
    return line(FULL_TURN, **{name: {**nested, **changed}})


def test_a_line_with_every_field_is_a_turn() -> None:
    turn = read_turn(line(FULL_TURN), KEY)
    assert msgspec.to_builtins(turn) == FULL_TURN


def test_a_line_with_the_required_fields_alone_has_the_documented_defaults() -> None:
    turn = read_turn(line(), KEY)
    expected: dict[str, object] = {
        **dict.fromkeys(("judge", "question_type", "template_match", "thread_link"), None),
        **dict.fromkeys(("csd_subscores", "s3_full_payload"), None),
        "salient_refs": [],
        "decoy_refs": [],
        "contradictions_detected": [],
        "violations": [],
        "redaction_status": "none",
        "pii_detected": False,
    }
    assert {name: getattr(turn, name) for name in expected} == expected
    assert turn.heuristic.violations == []


@pytest.mark.parametrize(
    "name", ["judge", "question_type", "template_match", "thread_link", "csd_subscores", "s3_full_payload"]
)
def test_null_is_the_same_as_absent_for_a_nullable_field(name: str) -> None:
    assert read_turn(line(**{name: None}), KEY) == read_turn(line(), KEY)


@pytest.mark.parametrize(
    "text",
    [
        line() + b"\r",
        b" \t" + line() + b"  ",
        line(extra={"a": [1, None, {"b": 1e3}]}, score_2="x"),
        line_with_raw("extra", b"1e999"),
        line_with_raw("extra", b"1" * 5_000),
        line_with_raw("user_text", rb'"a\u0000b"'),
        line_with_raw("user_text", rb'"\ud83d\ude00"'),
        line(user_text="\u00e9\u4e2d\U0001f600\u2028"),
        line(user_text="\U0001f600" * 10_000),
        line(user_text="", seed_id=""),
    ],
)
def test_odd_but_valid_lines_are_accepted(text: bytes) -> None:
    assert read_turn(text, KEY).turn == 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "malformed"),
        (b" ", "malformed"),
        (b"\0", "malformed"),
        (b"null", "wrong_type"),
        (b"true", "wrong_type"),
        (b"1", "wrong_type"),
        (b'"text"', "wrong_type"),
        (b"[]", "wrong_type"),
        (b"[" + line() + b"]", "wrong_type"),
        (b"{}", "missing_field:run_id"),
        (b"{", "malformed"),
        (b"nul", "malformed"),
        (b"NaN", "malformed"),
        (line()[:-1], "malformed"),
        (line()[:40], "malformed"),
        (line()[1:], "wrong_type"),
        (line() + line(), "malformed"),
        (line() + b" {}", "malformed"),
        (line() + b"{", "malformed"),
        (line() + b",", "malformed"),
        (line() + b"\0", "malformed"),
        (line()[:-1] + b",}", "malformed"),
        (line().replace(b'"', b"'"), "malformed"),
        (b"// comment\n" + line(), "malformed"),
        (b"\xef\xbb\xbf" + line(), "malformed"),  # iter_lines drops it where it is allowed
        (line().decode().encode("utf-16"), "not_utf8"),
        (b"x" * (MAX_LINE_BYTES + 1), "oversized"),
        (b"\xff" * (MAX_LINE_BYTES + 1), "oversized"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a":' * 100_000, "too_deep"),
        (line_with_raw("extra", b"[" * 940 + b"]" * 940), "too_deep"),
        (line_with_raw("extra", b'{"a":' * 100_000 + b"1" + b"}" * 100_000), "too_deep"),
        (line_with_raw("judge", b"[" * 100_000 + b"]" * 100_000), "too_deep"),
        (line_with_raw("judge", b'{"x":' * 100_000 + b"1" + b"}" * 100_000), "too_deep"),
        (line_with_raw("user_text", b'"\xff"'), "not_utf8"),
        (line_with_raw("extra", b'"\xff"'), "not_utf8"),
        (line_with_raw("extra", b'"\xc3"'), "not_utf8"),
        (line_with_raw("extra", b'"\xc0\x80"'), "not_utf8"),
        (line_with_raw("user_text", b'"\xed\xa0\x80"'), "not_utf8"),
        (line()[:-1] + b',"\xff":1}', "not_utf8"),
        (line_with_raw("user_text", rb'"\ud800"'), "malformed"),
        (line_with_raw("user_text", rb'"\udc00x"'), "malformed"),
        (line_with_raw("extra", rb'"\ud800"'), "malformed"),
        (line_with_raw("extra", rb'"\udc00 and more text"'), "malformed"),
        (line_with_raw("extra", rb'"\ud800\u0041 and more"'), "malformed"),
        (line_with_raw("user_text", b'"\0"'), "malformed"),
        (line_with_raw("user_text", b'"a\tb"'), "malformed"),
        (line_with_raw("extra", b'"\x01"'), "malformed"),
        (line_with_raw("extra", rb'"\x41"'), "malformed"),
        (line_with_raw("extra", b"NaN"), "malformed"),
        (line_with_raw("extra", b"tru"), "malformed"),
        (line_with_raw("extra", b"01"), "malformed"),
        (line_with_raw("extra", b"1."), "malformed"),
        (line_with_raw("extra", b"[1 2]"), "malformed"),
    ],
)
def test_a_line_that_is_no_json_object_has_one_exact_reason(text: bytes, reason: str) -> None:
    assert reason_of(text) == reason


NOT_INTEGERS = [b"true", b"null", b'"3"', b"3.0", b"3.5", b"3e0", b"[]", b"{}", b"-0.0"]
NOT_NUMBERS = [b"true", b"false", b"null", b'"3"', b"[]", b"{}", b'"NaN"']
NOT_TEXTS = [b"true", b"null", b"3", b"[]", b"{}"]
INTEGERS = ["turn", "window_tokens", "cost_tokens_prompt", "cost_tokens_completion"]
TEXTS = [
    *("run_id", "phase", "model", "system_prompt_version", "rubric_version", "seed_id", "user_text"),
    *("assistant_text", "redaction_status"),
]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *itertools.product(INTEGERS, NOT_INTEGERS),
        *itertools.product(["score", "temperature"], NOT_NUMBERS),
        *itertools.product(TEXTS, NOT_TEXTS),
        *itertools.product(["pii_detected"], [b"0", b"1", b"null", b'"true"', b"[]"]),
        *itertools.product(["heuristic"], [b"null", b"8", b'"8"', b"[]", b"true"]),
        *itertools.product(["judge", "csd_subscores", "thread_link", "template_match"], [b"8", b'"8"', b"[]"]),
        *itertools.product(["violations", "salient_refs", "decoy_refs"], [b"null", b"{}", b'"off_topic"', b"1"]),
        *itertools.product(["timestamp"], [b"null", b"1762300000", b"1762300000.5", b"{}"]),
        *itertools.product(["question_type", "s3_full_payload"], [b"1", b"[]", b"true"]),
    ],
)
def test_a_value_of_another_type_is_wrong_type_of_that_field(name: str, value: bytes) -> None:
    assert reason_of(line_with_raw(name, value)) == f"wrong_type:{name}"


@pytest.mark.parametrize("name", ["score", "temperature", "turn", "window_tokens"])
@pytest.mark.parametrize("value", [b"NaN", b"Infinity", b"-Infinity", b"nan", b"+1", b".5", b"1.", b"01", b"1e"])
def test_a_number_that_json_does_not_have_is_malformed(name: str, value: bytes) -> None:
    assert reason_of(line_with_raw(name, value)) == "malformed"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *itertools.product(["turn"], [b"0", b"-1", b"201", b"9223372036854775808", b"1" * 400]),
        *itertools.product(["window_tokens", "cost_tokens_prompt", "cost_tokens_completion"], [b"-1", b"1" * 400]),
        *itertools.product(
            ["window_tokens", "cost_tokens_prompt", "cost_tokens_completion"],
            [b"9223372036854775808", b"18446744073709551616", b"1e400"],
        ),
        *itertools.product(["temperature"], [b"-0.1", b"2.0000000000000004", b"3", b"1e400", b"-1e400", b"1" * 400]),
        *itertools.product(["score"], [b"-1e-9", b"10.000000000000002", b"11", b"1e308", b"9" * 400]),
        *itertools.product(["user_text", "assistant_text"], [b'"' + b"x" * 10_001 + b'"']),
        *itertools.product(["phase"], [b'"P4"', b'"p0"', b'""', b'"P0 "']),
        *itertools.product(["redaction_status"], [b'"None"', b'""']),
        *itertools.product(["question_type"], [b'"Meta"', b'""', b'"why"']),
        *itertools.product(["model"], [b'"GPT"', b'""', rb'"gpt-4\n"', b'"a/b"', b'"' + b"a" * 65 + b'"']),
        *itertools.product(["run_id"], [b'""', b'"01HQVZ3K9XANOTHERULID12345"', b'"' + b"0" * 27 + b'"']),
        *itertools.product(["run_id"], ['"0000000000000000000000000\u0660"'.encode()]),
        *itertools.product(
            ["system_prompt_version", "rubric_version"],
            [
                f'"{text}"'.encode()
                for text in (
                    "",
                    "soc-1.2@sha256_8f4e56d1",
                    "@sha256:" + "a" * 64,
                    "soc@sha256:" + "A" * 64,
                    "soc@sha256:" + "a" * 63,
                    REFERENCE + "0",
                    REFERENCE + r"\n",
                    r"a\nb" + REFERENCE,
                )
            ],
        ),
    ],
)
def test_a_value_out_of_range_is_an_invalid_value_of_that_field(name: str, value: bytes) -> None:
    assert reason_of(line_with_raw(name, value)) == f"invalid_value:{name}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("turn", b"1"),
        ("turn", b"200"),
        ("score", b"0"),
        ("score", b"10"),
        ("score", b"-0.0"),
        ("score", b"1e-400"),
        ("temperature", b"0"),
        ("temperature", b"2"),
        ("window_tokens", b"0"),
        ("cost_tokens_prompt", b"9223372036854775807"),
        ("user_text", b'"' + b"x" * 10_000 + b'"'),
    ],
)
def test_the_ends_of_each_range_are_inside(name: str, value: bytes) -> None:
    turn = read_turn(line_with_raw(name, value), KEY)
    assert getattr(turn, name) == json.loads(value)


@pytest.mark.parametrize("name", ["score", "temperature"])
def test_an_integer_is_accepted_for_a_float_and_becomes_one(name: str) -> None:
    value = getattr(read_turn(line_with_raw(name, b"1"), KEY), name)
    assert type(value) is float
    assert value == 1


@pytest.mark.parametrize(
    ("record", "name", "value"),
    [
        *[("heuristic", name, 10.5) for name in ("form", "substance", "purity", "score")],
        *[("heuristic", name, -0.5) for name in ("form", "substance", "purity", "score", "confidence")],
        ("heuristic", "confidence", 1.5),
        *[("judge", name, 10.5) for name in ("form", "substance", "purity", "score")],
        ("judge", "confidence", 1.5),
        ("judge", "rationale", "x" * 5_001),
        *[("csd_subscores", name, 10.5) for name in ("CR", "ST", "RHD", "AP", "NVT", "TC", "CH", "MA", "overall")],
        *[("csd_subscores", name, -0.5) for name in ("CR", "ST", "RHD", "AP", "NVT", "TC", "CH", "MA", "overall")],
        ("template_match", "similarity_score", 1.5),
        ("template_match", "similarity_score", -0.5),
        ("thread_link", "user_turn", 0),
        ("thread_link", "user_turn", 2**63),
        ("salient_refs", "turn_origin", 0),
        ("salient_refs", "confidence", 1.5),
        ("salient_refs", "surface_form", "x" * 501),
        ("decoy_refs", "mode", "ignored"),
        ("contradictions_detected", "prev_value", "x" * 201),
        ("contradictions_detected", "new_value", "x" * 201),
        ("contradictions_detected", "detected_at_turn", 0),
    ],
)
def test_a_nested_value_out_of_range_is_named_by_its_path(record: str, name: str, value: object) -> None:
    place = f"{record}[]" if isinstance(FULL_TURN[record], list) else record
    assert reason_of(within(record, **{name: value})) == f"invalid_value:{place}.{name}"


@pytest.mark.parametrize("record", ["heuristic", "judge"])
def test_an_unknown_violation_of_a_scorer_is_named_by_its_path(record: str) -> None:
    text = within(record, violations=["off_topic", "rude"])
    assert reason_of(text) == f"invalid_value:{record}.violations[]"


REQUIRED = {(name,): f"missing_field:{name}" for name in LEAST_TURN} | {
    **{("heuristic", name): f"missing_field:heuristic.{name}" for name in ("form", "purity", "confidence", "score")},
    **{("judge", name): f"missing_field:judge.{name}" for name in ("form", "score", "rationale", "model_used")},
    **{("csd_subscores", name): f"missing_field:csd_subscores.{name}" for name in ("CR", "MA", "overall")},
    ("template_match", "matched"): "missing_field:template_match.matched",
    ("template_match", "similarity_score"): "missing_field:template_match.similarity_score",
    ("thread_link", "span_id"): "missing_field:thread_link.span_id",
    ("salient_refs", "surface_form"): "missing_field:salient_refs[].surface_form",
    ("decoy_refs", "mode"): "missing_field:decoy_refs[].mode",
    ("contradictions_detected", "slot"): "missing_field:contradictions_detected[].slot",
}


@pytest.mark.parametrize(("path", "reason"), REQUIRED.items())
def test_a_missing_required_field_is_named_by_its_path(path: tuple[str, ...], reason: str) -> None:
    assert reason_of(without(FULL_TURN, *path)) == reason


HOSTILE_TEXTS = [
    "x` - at `$.evil`",
    "x - at `$.evil`",
    "' - at `$.evil`",
    "`, got `str",
    "Expected `int`, got `str`",
    "Expected `int`, got `str` - at `$.turn`",
    "Object missing required field `evil`",
    "Object missing required field `evil` - at `$.judge`",
    "a\n - at `$.evil`",
    "$.evil",
    "`",
    "'",
    "\u2028 - at `$.evil`",
    "x" * 5_000,
]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
@pytest.mark.parametrize("name", ["phase", "redaction_status", "question_type", "timestamp", "model", "run_id"])
def test_a_value_that_imitates_the_decoders_message_cannot_change_the_reason(name: str, text: str) -> None:
    assert reason_of(line(**{name: text})) == f"invalid_value:{name}"


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_value_in_a_list_cannot_change_the_reason(text: str) -> None:
    assert reason_of(line(violations=["off_topic", text])) == "invalid_value:violations[]"
    assert reason_of(within("decoy_refs", mode=text)) == "invalid_value:decoy_refs[].mode"


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_hostile_field_name_cannot_change_the_reason(text: str) -> None:
    assert read_turn(line(**{text: 1}), KEY).turn == 3
    assert reason_of(line(**{text: 1, "turn": "x"})) == "wrong_type:turn"


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.sampled_from(HOSTILE_TEXTS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*FULL_TURN, "form", "mode", "CR"]) | st.text("a`$.", max_size=3), inner, max_size=3
        )
    ),
    max_leaves=5,
)


def turn_or_error(text: bytes) -> Turn | RecordError:
    try:
        return read_turn(text, KEY)
    except RecordError as error:
        return error


def assert_turn_or_known_reason(text: bytes) -> None:
    turn = turn_or_error(text)
    if isinstance(turn, RecordError):
        assert turn.reason in REASONS
        assert str(turn).startswith(f"{turn.reason}: ")
    else:
        assert (turn.model, turn.phase, turn.run_id) == (KEY.model, KEY.phase, KEY.run_id)


@given(st.integers(0, len(line(FULL_TURN))), st.integers(0, 40), st.binary(max_size=6))
def test_the_reasons_are_finite_whatever_bytes_change(start: int, dropped: int, put: bytes) -> None:
    good = line(FULL_TURN)
    assert_turn_or_known_reason(good[:start] + put + good[start + dropped :])


@given(st.binary(max_size=200))
def test_the_reasons_are_finite_whatever_the_bytes(text: bytes) -> None:
    assert_turn_or_known_reason(text)


@given(st.data())
def test_the_reasons_are_finite_whatever_value_changes(data: st.DataObject) -> None:
    record = json.loads(line(FULL_TURN))
    parent = record
    name: str | int = data.draw(st.sampled_from(list(record)))
    while parent[name] and isinstance(parent[name], (dict, list)) and data.draw(st.booleans()):
        parent = parent[name]
        name = data.draw(st.sampled_from(list(parent))) if isinstance(parent, dict) else 0
    if isinstance(parent, dict) and data.draw(st.booleans()):
        del parent[name]
    else:
        parent[name] = data.draw(JSON_VALUES)
    assert_turn_or_known_reason(line(record))


@pytest.mark.parametrize(
    ("name", "value"), [("model", "gpt-4"), ("phase", "P1"), ("run_id", "01HQVZ3K9X9876543210FEDCBA")]
)
def test_a_line_that_disagrees_with_its_key_is_a_key_mismatch(name: str, value: str) -> None:
    assert reason_of(line(**{name: value})) == "key_mismatch"


def test_an_invalid_line_is_not_reported_as_a_mismatch() -> None:
    assert reason_of(line(model="gpt-4", score=11)) == "invalid_value:score"


def test_of_a_field_that_occurs_twice_the_last_one_wins() -> None:
    assert read_turn(line()[:-1] + b',"score":1.5}', KEY).score == 1.5
    assert read_turn(line()[:-1] + rb',"s\u0063ore":1.5}', KEY).score == 1.5
    assert read_turn(line(FULL_TURN)[:-1] + b',"judge":null}', KEY).judge is None
    assert reason_of(line()[:-1] + b',"model":"gpt-4"}') == "key_mismatch"


def test_a_field_name_in_another_case_is_an_unknown_field() -> None:
    assert reason_of(line().replace(b'"score": 8.45, "cost', b'"Score": 8.45, "cost')) == "missing_field:score"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-11-05T12:34:56Z", datetime(2025, 11, 5, 12, 34, 56, tzinfo=UTC)),
        ("2025-11-05T12:34:56", datetime(2025, 11, 5, 12, 34, 56, tzinfo=UTC)),
        ("2025-11-05 12:34:56", datetime(2025, 11, 5, 12, 34, 56, tzinfo=UTC)),
        ("2025-11-05T12:34:56.5+05:30", datetime(2025, 11, 5, 7, 4, 56, 500_000, tzinfo=UTC)),
        ("2025-11-05T00:34:56+01:00", datetime(2025, 11, 4, 23, 34, 56, tzinfo=UTC)),
        ("2025-11-05T12:34:56-00:00", datetime(2025, 11, 5, 12, 34, 56, tzinfo=UTC)),
        ("0001-01-01T00:00:00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999Z", datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("0001-01-01T00:00:00-14:00", datetime(1, 1, 1, 14, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_utc_and_an_offset_is_applied(text: str, expected: datetime) -> None:
    at = utc(read_turn(line(timestamp=text), KEY).timestamp)
    assert at == expected
    assert at.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize(
    "text",
    [
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59.9999999Z",
        "0000-01-01T00:00:00Z",
        "2025-11-05",
        "2025-11-31T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2025-11-05T24:00:00Z",
        "2025-11-05T12:00:60Z",
        "2025-11-05T12:00:00+24:00",
        "2025-11-05T12:00:00Z\n",
        "2025-11-05T12:00:00 Z",
        "20251105T120000Z",
        "1762300000",
        "",
        "now",
    ],
)
def test_a_time_that_does_not_exist_in_utc_is_an_invalid_value(text: str) -> None:
    assert reason_of(line(timestamp=text)) == "invalid_value:timestamp"
