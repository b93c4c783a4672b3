import json

import pytest

from ops.logs.reading import read_line

AT = 1_762_344_000_000


@pytest.mark.parametrize(
    ("message", "level", "text", "problem"),
    [
        (
            {
                "timestamp": "2025-11-05T12:00:00Z",
                "level": "INFO",
                "message": "indexed",
                "logger": "lambdas.index_run.handler",
                "requestId": "r",
                "object_key": "raw/a b.jsonl",
                "registered_model": False,
                "invalid_reasons": {"malformed": 1},
            },
            "INFO",
            'indexed object_key=raw/a b.jsonl registered_model=false invalid_reasons={"malformed": 1}',
            False,
        ),
        (
            {
                "level": "ERROR",
                "message": "not indexed",
                "errorType": "ClientError",
                "stackTrace": ["a", "b"],
                "location": "x",
            },
            "ERROR",
            "not indexed errorType=ClientError",
            True,
        ),
        (
            {"_aws": {"Timestamp": 1}, "RunsIndexed": 1, "CurationSeconds": 0.8140000000000001},
            "METRIC",
            "RunsIndexed=1 CurationSeconds=0.814",
            False,
        ),
        (
            {"time": "t", "type": "platform.runtimeDone", "record": {"requestId": "r", "status": "timeout"}},
            "ERROR",
            "platform.runtimeDone status=timeout",
            True,
        ),
    ],
)
def test_a_line_of_json_shows_what_helps(message: object, level: str, text: str, *, problem: bool) -> None:
    line = read_line(AT, json.dumps(message))
    assert line is not None
    assert (line.level, line.text, line.is_problem) == (level, text, problem)
    assert f"{line.at:%Y-%m-%d %H:%M}" == "2025-11-05 12:00"


@pytest.mark.parametrize(
    "message",
    [
        json.dumps({"type": "platform.start", "record": {"requestId": "r"}}),
        json.dumps({"type": "platform.report", "record": {"status": "success", "metrics": {}}}),
        "START RequestId: r Version: $LATEST",
        "REPORT RequestId: r\tDuration: 1 ms",
        "",
    ],
)
def test_what_the_platform_says_when_all_is_well_is_left_out(message: str) -> None:
    assert read_line(AT, message) is None


@pytest.mark.parametrize(
    "message",
    ["[" * 100_000, '{"a":' * 100_000 + "1" + "}" * 100_000, '{"a": ' + "9" * 5000 + "}", '{"\ud800": 1', "\ud800"],
    ids=["brackets", "nested", "digits", "surrogate in json", "surrogate"],
)
def test_a_line_that_python_does_not_read_is_shown_as_it_is(message: str) -> None:
    line = read_line(AT, message)
    assert line is not None
    assert (line.level, line.text) == ("INFO", message)


@pytest.mark.parametrize("message", ["plain text", "[1, 2]", "5", '"x"', "{not json"])
def test_a_line_that_is_no_record_is_shown_as_it_is(message: str) -> None:
    line = read_line(AT, f"{message}\n")
    assert line is not None
    assert (line.level, line.text) == ("INFO", message)


def test_a_report_of_a_timeout_is_a_problem() -> None:
    line = read_line(AT, "REPORT RequestId: r\tDuration: 1 ms\tStatus: timeout")
    assert line is not None
    assert line.is_problem
