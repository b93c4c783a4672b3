"""What a change adds to a month's bill, from the committed templates."""

import json

import pytest

from tests.tools.diff.mutation import INDEX, Edit, Json, Templates, add, change, committed
from tools.diff.costs import Cost, costs, section
from tools.docs.__main__ import DOCS
from tools.docs.workload import read_workload

WORKLOAD = read_workload(DOCS / "workload.toml")
ALARM: Json = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "x"}}


def texts(templates: Templates) -> dict[str, str]:
    return {stack: json.dumps(template) for stack, template in templates.items()}


def reckoned(edit: Edit) -> list[Cost]:
    after = committed()
    edit(after)
    found = costs(texts(committed()), texts(after), WORKLOAD)
    assert found
    return found


def changed(edit: Edit) -> dict[str, float]:
    return {cost.what: round(cost.after - cost.before, 2) for cost in reckoned(edit) if cost.before != cost.after}


def test_equal_templates_cost_the_same() -> None:
    assert changed(lambda _: None) == {}
    told = [*section(reckoned(lambda _: None))]
    assert told[2].startswith("It stays at $")


def test_an_alarm_costs_ten_cents() -> None:
    edit = add(INDEX, "Alarm", ALARM)
    assert changed(edit) == {"CloudWatch: alarms": 0.1}
    told = [*section(reckoned(edit))]
    assert [line.partition(" | ")[0] for line in told if line.startswith("| ")] == [
        "| What",
        "| CloudWatch: alarms",
        "| **Together, with what stays**",
    ]


def test_memory_costs_what_a_function_takes_longer_for() -> None:
    doubled = changed(change(INDEX, "AWS::Lambda::Function", "Properties/MemorySize", 2048))
    assert {*doubled} == {"Lambda: IndexRun"}
    assert doubled["Lambda: IndexRun"] >= 0


@pytest.mark.parametrize(
    "resource", [{"Type": "AWS::Lambda::Function"}, {"Type": "AWS::S3::Bucket", "Properties": 1}]
)
def test_templates_of_another_form_are_said_not_to_be_reckoned(resource: dict[str, object]) -> None:
    after = {"S": json.dumps({"Resources": {"R": resource}})}
    found = costs(texts(committed()), after, WORKLOAD)
    assert found is None
    assert "It cannot be reckoned from these templates." in [*section(found)]
