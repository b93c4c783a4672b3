from collections.abc import Mapping

import pytest

from ops.sample import SampleObject
from schemas.run_index import Attribute, RunStatus
from tools.demo.outcome import Outcome, check
from tools.local.steps import SceneError

SAMPLES = {
    "a": SampleObject("a", b"12", RunStatus.OK, 2),
    "b": SampleObject("b", b"1x", RunStatus.PARTIAL, 1, 1),
    "c": SampleObject("c", b"", RunStatus.INVALID),
}
MODELS = ("known",)


def items(changed: str = "", **values: object) -> list[Mapping[str, object]]:
    return [
        {
            Attribute.OBJECT_KEY: key,
            Attribute.STATUS: str(sample.expected_status),
            Attribute.TURN_COUNT: sample.expected_turns,
            Attribute.INVALID_LINES: sample.expected_invalid_lines,
            Attribute.SIZE_BYTES: len(sample.body),
            Attribute.MODEL: "known",
            Attribute.REGISTERED_MODEL: True,
            **(values if key == changed else {}),
        }
        for key, sample in SAMPLES.items()
    ]


def outcome(found: list[Mapping[str, object]], *, dead_lettered: int = 0, reconciled: bool = True) -> Outcome:
    return Outcome(objects_put=3, items=found, dead_lettered=dead_lettered, reconciled=reconciled, replicated=2)


def test_what_is_as_expected_passes() -> None:
    check(outcome(items()), SAMPLES, registered=MODELS)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (outcome(items(), dead_lettered=1), "1 events in the dead-letter queue"),
        (outcome(items(), reconciled=False), "bucket and index disagree"),
        (outcome(items()[1:]), "a: not in the index"),
        (outcome([*items(), {**items()[0], Attribute.OBJECT_KEY: "d"}]), "d: not expected in the index"),
        (outcome([*items(), items()[0]]), "objects with more than one item"),
        (outcome(items("a", status="partial")), "a: status is partial, expected ok"),
        (outcome(items("a", turn_count=3)), "a: turn_count is 3, expected 2"),
        (outcome(items("b", invalid_lines=0)), "b: invalid_lines is 0, expected 1"),
        (outcome(items("b", size_bytes=9)), "b: size_bytes is 9, expected 2"),
        (outcome(items("a", registered_model=False)), "a: registered_model is False, expected True"),
        (outcome(items("a", model="new")), "a: registered_model is True, expected False"),
    ],
)
def test_each_departure_from_the_samples_is_named(found: Outcome, message: str) -> None:
    with pytest.raises(SceneError, match=message):
        check(found, SAMPLES, registered=MODELS)


def test_report_holds_what_was_measured() -> None:
    assert outcome(items(), dead_lettered=4, reconciled=False).report({"deploy": 1.5}) == {
        "objects_put": 3,
        "indexed": 3,
        "partial": 1,
        "invalid": 1,
        "dead_lettered": 4,
        "reconciled": False,
        "replicated": {"objects": 2},
        "seconds": {"deploy": 1.5},
    }
