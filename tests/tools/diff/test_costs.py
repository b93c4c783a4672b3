"""What a change adds to a month's bill, from the accepted templates."""

import pytest

from tests.tools.diff.mutation import INDEX, Edit, Json, add, change, committed, lake
from tools.diff.costs import costs, section
from tools.docs.__main__ import DOCS
from tools.docs.workload import read_workload

WORKLOAD = read_workload(DOCS / "workload.toml")
ALARM: Json = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": "x"}}


def shown(edit: Edit) -> list[str]:
    after = committed()
    edit(after)
    return "\n".join(section(costs(lake(committed()), lake(after), WORKLOAD))).splitlines()


def test_equal_templates_cost_the_same() -> None:
    assert shown(lambda _: None)[2].startswith("It stays at $")


def test_an_alarm_beyond_the_free_ones_costs_ten_cents_in_both_columns() -> None:
    rows = [line for line in shown(add(INDEX, "Alarm", ALARM)) if line.startswith("| ")]
    assert [row.split(" | ")[0] for row in rows] == [
        "| What",
        "| ---",
        "| CloudWatch: alarms",
        "| **Workload total**",
    ]
    for row in rows[2:]:
        list_before, free_before, list_after, free_after = (
            float(cell.strip("$ ")) for cell in row.strip("|").split("|")[1:]
        )
        assert list_after - list_before == pytest.approx(0.10)
        assert free_after - free_before == pytest.approx(0.10)


def test_memory_costs_what_a_function_takes_longer_for_and_is_free_where_a_free_tier_covers_it() -> None:
    (row,) = (
        line
        for line in shown(change(INDEX, "AWS::Lambda::Function", "Properties/MemorySize", 2048))
        if line.startswith("| Lambda: ")
    )
    name, before, free_before, after, free_after = (cell.strip() for cell in row.strip("|").split("|"))
    assert name == "Lambda: IndexRun"
    assert float(after[1:]) == pytest.approx(2 * float(before[1:]), abs=0.01)
    assert float(before[1:]) > 0
    assert free_before == free_after == "$0.00"


@pytest.mark.parametrize(
    "resource",
    [{"Type": "AWS::Lambda::Function"}, {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": "x"}}],
)
def test_templates_that_lack_what_a_price_is_for_say_so(resource: Json) -> None:
    found = costs(lake(committed()), lake({"S": {"Resources": {"R": resource}}}), WORKLOAD)
    assert "It cannot be computed from these templates." in [*section(found)]
