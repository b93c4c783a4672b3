"""The page of costs: the layout document's own table, and what follows from templates and workload."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
import pytest

from schemas import prices
from schemas.names import Function, Metric
from schemas.prices import Price
from tests.stacks.synthesis import synthesize
from tools.docs.__main__ import DOCS
from tools.docs.bill import Line, bill
from tools.docs.costs import page, totals
from tools.docs.workload import (
    Dashboards,
    Function as Use,
    Index,
    QueriesOfTurns,
    StateMachine,
    Workload,
    read_workload,
)
from tools.templates.model import Lake, Stack

WORKLOAD: Final = read_workload(DOCS / "workload.toml")

DOCUMENT: Final = """\
| Prefix | Size | Storage Class | Cost/GB | Total |
| --- | --- | --- | --- | --- |
| raw/ | 20 GB | S3 Standard | $0.023 | $0.46 |
| scores/ | 2 GB | S3 Standard | $0.023 | $0.05 |
| curated/ | 10 GB | S3 Standard | $0.023 | $0.23 |
| config/ | 100 MB | S3 Standard | $0.023 | $0.00 |
| **Total** | 32 GB |  |  | **$0.74** |

- Athena queries: 50 GB scanned \N{MULTIPLICATION SIGN} $5/TB = $0.25
- S3 GET requests: 10K \N{MULTIPLICATION SIGN} $0.0004/1K = $0.004
- **Total**: $0.25

**Grand Total**: ~$1/month storage + retrieval
"""


def lake(**resources: tuple[str, Mapping[str, object]]) -> Lake:
    found = {name: {"Type": kind, "Properties": properties} for name, (kind, properties) in resources.items()}
    return Lake([Stack("Lake", {"Resources": found})])


def function(name: str, **properties: object) -> tuple[str, dict[str, object]]:
    return "AWS::Lambda::Function", {"FunctionName": name, "MemorySize": 1024, **properties}


def cells(text: str, what: str) -> list[str]:
    """Return the cells of the only line about something."""
    (line,) = (line for line in text.splitlines() if line.startswith(f"| {what} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_layout_documents_table_is_reproduced() -> None:
    assert DOCUMENT in page(lake(), WORKLOAD)


def test_a_year_of_the_workload_is_the_documents_raw_data() -> None:
    assert WORKLOAD.raw_gb_a_month * 12 == pytest.approx(WORKLOAD.document.storage_gb["raw"], rel=0.01)


def test_the_last_line_is_the_sum_of_what_is_listed() -> None:
    found = bill(lake(IndexRun=function("IndexRun")), WORKLOAD).lines
    by_list, with_free_tiers = (sum(getattr(line, each) for line in found) for each in ("by_list", "with_free_tiers"))
    assert page(lake(IndexRun=function("IndexRun")), WORKLOAD).splitlines()[-1] == (
        f"Workload total: list ${by_list:.2f}, free tiers ${with_free_tiers:.2f}"
    )


def own_metrics(workload: Workload) -> Line:
    (line,) = (line for line in bill(lake(), workload).lines if line.what.startswith("CloudWatch: own metrics"))
    return line


def always(workload: Workload) -> Workload:
    """Return a workload in which every function runs every hour."""
    functions = {name: msgspec.structs.replace(use, hours_a_week=168) for name, use in workload.functions.items()}
    return msgspec.structs.replace(workload, functions=functions)


def test_a_metric_is_paid_for_in_the_hours_in_which_it_is_sent() -> None:
    a_day = msgspec.structs.replace(WORKLOAD, functions={"IndexRun": Use(seconds=1, hours_a_week=24)})
    sent = [metric for metric in Metric if metric.function is Function.INDEX_RUN]
    assert own_metrics(a_day).by_list == pytest.approx(len(sent) * 0.30 / 7)
    assert own_metrics(always(WORKLOAD)).by_list == pytest.approx(len(Metric) * 0.30)


def test_a_free_tier_is_taken_off_once_over_all_lines_of_its_price() -> None:
    rules = [{"Filter": {"Prefix": p}, "Destination": {"Metrics": {"Status": "Enabled"}}} for p in ("a/", "b/", "c/")]
    measured = lake(B=("AWS::S3::Bucket", {"ReplicationConfiguration": {"Rules": rules}}))
    metrics = [line for line in bill(measured, always(WORKLOAD)).lines if line.price is prices.METRIC]
    assert [(round(line.quantity), round(line.free)) for line in metrics] == [(len(Metric), 10), (12, 0)]
    assert totals(metrics)[1] == pytest.approx(totals(metrics)[0] - 10 * 0.30)


def test_a_dashboard_of_more_than_fifty_metrics_is_not_free() -> None:
    def board(metrics: int) -> tuple[str, dict[str, object]]:
        rows = [[{"expression": "a"}], *(["N", f"M{number}"] for number in range(metrics))]
        widgets = [{"properties": {"metrics": rows}}, {"properties": {"alarms": ["x"]}}]
        return "AWS::CloudWatch::Dashboard", {"DashboardBody": json.dumps({"widgets": widgets})}

    found = bill(lake(Small=board(50), Large=board(51)), WORKLOAD).lines
    assert {line.what: (line.by_list, line.with_free_tiers) for line in found if "dashboards" in line.what} == {
        "CloudWatch: dashboards": (3.0, 0.0),
        "CloudWatch: dashboards of over 50 metrics": (3.0, 3.0),
    }


def test_a_state_machine_is_paid_for_by_its_transitions() -> None:
    declared = lake(M=("AWS::StepFunctions::StateMachine", {"StateMachineName": "CurateParts"}))
    assert bill(declared, msgspec.structs.replace(WORKLOAD, state_machines={})).unpriced == ["CurateParts"]
    used = msgspec.structs.replace(
        WORKLOAD, state_machines={"CurateParts": StateMachine(a_month=500, transitions=10)}
    )
    (line,) = (line for line in bill(declared, used).lines if line.what == "Step Functions: CurateParts")
    assert [line.by_list, line.with_free_tiers] == pytest.approx([0.125, 0.025])


def test_memory_storage_and_calls_of_a_function_are_paid_for() -> None:
    used = msgspec.structs.replace(WORKLOAD, functions={"F": Use(seconds=2, a_month=1e6)})
    text = page(lake(F=function("F", MemorySize=2048, EphemeralStorage={"Size": 1536})), used)
    assert cells(text, "Lambda: F")[1:2] == ["4,000,000 GB-second"]
    assert cells(text, "Lambda: F")[3] == "$53.33"
    assert cells(text, "Lambda: F's disk")[1] == "2,000,000 GB-second"
    assert cells(text, "Lambda: invocations")[3] == "$0.20"


def test_projection_lists_a_folder_for_each_day_model_and_phase() -> None:
    parameters = {"projection.model.values": ",".join(f"m{n}" for n in range(24)), "projection.phase.values": "P0,P1"}
    turns = ("AWS::Glue::Table", {"TableInput": {"Name": "turns", "Parameters": parameters}})
    year = msgspec.structs.replace(WORKLOAD, queries_of_turns=QueriesOfTurns(a_month=1, days=365))
    text = page(lake(Turns=turns), year)
    assert cells(text, "S3: list projected folders for queries of turns")[1] == "17,520 PUT or LIST"


def test_alarms_are_paid_for_by_the_metrics_that_they_watch() -> None:
    share = [{"Expression": "a/b"}, {"MetricStat": {}}, {"MetricStat": {}}]
    declared = lake(
        A=("AWS::CloudWatch::Alarm", {"MetricName": "x"}), B=("AWS::CloudWatch::Alarm", {"Metrics": share})
    )
    assert cells(page(declared, WORKLOAD), "CloudWatch: alarms")[1] == "3 alarm's metric"


def test_replicating_raw_costs_what_runs_weigh() -> None:
    def bucket(*prefixes: str) -> Lake:
        timed = {"ReplicationTime": {"Status": "Enabled"}, "Metrics": {"Status": "Enabled"}}
        rules = [{"Filter": {"Prefix": prefix}, "Destination": timed} for prefix in prefixes]
        return lake(B=("AWS::S3::Bucket", {"ReplicationConfiguration": {"Rules": rules}}))

    small, large = page(bucket("config/"), WORKLOAD), page(bucket("config/", "raw/"), WORKLOAD)
    assert cells(small, "Replication: metrics of its rules")[1] == "4 metric"
    assert cells(small, "Replication: time control")[1] == "0.001 GB"
    assert cells(large, "Replication: time control")[1] == "3.3 GB"


def test_an_item_is_written_by_the_kilobyte_begun_and_again_in_each_secondary_index() -> None:
    table = ("AWS::DynamoDB::Table", {"GlobalSecondaryIndexes": [{"IndexName": name} for name in "ABC"]})
    used = msgspec.structs.replace(
        WORKLOAD, index=Index(item_bytes=1_025, projected_bytes=250, reconciled_a_month=31, weeks_reconciled=5)
    )
    written = round(used.runs_a_month * used.runs.turns_puts * 5)
    amount = cells(page(lake(Runs=table), used), "DynamoDB: write items and their secondary indexes")[1]
    assert amount == f"{written:,} write units"


def test_noncurrent_runs_are_kept_as_long_as_the_bucket_says() -> None:
    rule = {"Prefix": "raw/", "NoncurrentVersionExpiration": {"NoncurrentDays": 365.25 * 20}}
    declared = lake(B=("AWS::S3::Bucket", {"LifecycleConfiguration": {"Rules": [rule]}}))
    assert cells(page(declared, WORKLOAD), "S3: noncurrent runs, until they expire")[1] == "402 GB"


def test_copies_without_time_control_cost_neither_that_nor_metrics() -> None:
    rules = [{"Filter": {"Prefix": "config/"}, "Destination": {"Bucket": "x"}}]
    text = page(lake(B=("AWS::S3::Bucket", {"ReplicationConfiguration": {"Rules": rules}})), WORKLOAD)
    amounts = {what: cells(text, f"Replication: {what}")[1] for what in ("time control", "to the other Region")}
    assert amounts == {"time control": "0 GB", "to the other Region": "0.001 GB"}
    assert cells(text, "Replication: metrics of its rules")[1] == "0 metric"


def test_the_layout_documents_workload_stays_within_what_was_agreed() -> None:
    default = Lake([stack.declared for stack in synthesize().values()])
    by_list, with_free_tiers = totals(bill(default, WORKLOAD).lines)
    assert by_list <= 9
    assert with_free_tiers <= 3.5


def test_what_is_opted_into_is_listed_apart_from_the_total() -> None:
    metrics = [{"MetricStat": {}}, {"MetricStat": {}}, {"Expression": "a + b"}]
    found = {
        "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": metrics}},
        "Refresh": {"Type": "AWS::Scheduler::Schedule", "Properties": {}},
        "Source": {"Type": "AWS::QuickSight::DataSource", "Properties": {}},
    }
    use = Dashboards(authors=2, readers=5, spice_gb=25, lists=100, gets=0)
    used = msgspec.structs.replace(WORKLOAD, dashboards=use)
    with_it = page(Lake([Stack("SocraticBenchDashboards", {"Resources": found})]), used)
    apart = with_it.partition("## Dashboards")[2].partition("## Workload total")[0]
    amounts = {
        what: cells(apart, what)[1]
        for what in (
            "QuickSight: authors",
            "QuickSight: SPICE beyond what authors come with",
            "CloudWatch: alarm of refreshes",
            "S3: list projected weeks for refreshes",
        )
    }
    assert [*amounts.values()] == ["2 author", "5 GB", "2 alarm's metric", "435 PUT or LIST"]
    assert "for want of" not in with_it
    assert with_it.splitlines()[-1] == page(lake(), used).splitlines()[-1]


def test_what_has_no_price_or_use_is_named() -> None:
    declared = lake(Vpc=("AWS::EC2::NatGateway", {}), New=function("New"))
    assert "for want of a price or a use: AWS::EC2::NatGateway, New.\n" in page(declared, WORKLOAD)
    assert "for want of" not in page(lake(Role=("AWS::IAM::Role", {})), WORKLOAD)


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        (Price(0.3, 1, "metric", ""), "$0.30 / metric"),
        (Price(3.0, 1, "dashboard", ""), "$3.00 / dashboard"),
        (Price(0.0004, 1_000, "GET", ""), "$0.0004 / 1,000 GET"),
        (Price(0.0000000309, 1, "GB-second", ""), "$0.0000000309 / GB-second"),
    ],
)
def test_a_price_is_shown_as_price_lists_have_it(price: Price, shown: str) -> None:
    assert str(price) == shown


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("a_week = 4_400", "", "a_week"),
        ("a_week = 4_400", "a_week = 'many'", "$.runs.a_week"),
        ("turns = 25", "turns = 25\nturn = 1", "turn"),
    ],
)
def test_a_wrong_workload_is_refused_by_its_name(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = (DOCS / "workload.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "workload.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(msgspec.ValidationError, match=named.replace("$", r"\$")):
        read_workload(tmp_path / "workload.toml")
