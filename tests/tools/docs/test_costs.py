"""The page of costs: the layout document's own table, and what follows from templates and workload."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
import pytest
from hypothesis import given, strategies as st

from tools.docs import prices
from tools.docs.__main__ import DOCS
from tools.docs.costs import Line, page
from tools.docs.declared import Function, resources_of
from tools.docs.prices import Price
from tools.docs.workload import Function as Use, Index, QueriesOfTurns, read_workload
from tools.templates.model import Declared

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


def stack(**resources: tuple[str, Mapping[str, object]]) -> list[Declared]:
    found = {name: {"Type": kind, "Properties": properties} for name, (kind, properties) in resources.items()}
    return [Declared("Lake", {"Resources": found})]


def function(name: str, **properties: object) -> tuple[str, dict[str, object]]:
    return "AWS::Lambda::Function", {"FunctionName": name, "MemorySize": 1024, **properties}


def cells(text: str, what: str) -> list[str]:
    """Return the cells of the only line about something."""
    (line,) = (line for line in text.splitlines() if line.startswith(f"| {what} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_layout_documents_table_is_reproduced() -> None:
    assert DOCUMENT in page([], WORKLOAD)


def test_a_year_of_the_workload_is_the_documents_raw_data() -> None:
    assert WORKLOAD.raw_gb_a_month * 12 == pytest.approx(WORKLOAD.document.storage_gb["raw"], rel=0.01)


def test_the_total_is_the_sum_of_what_is_listed() -> None:
    text = page(stack(IndexRun=function("IndexRun")), WORKLOAD)
    listed = [
        line.rpartition("| ")[2] for line in text.partition("leaves out")[2].splitlines() if "aws.amazon" in line
    ]
    cents = [float(cell.strip(" |$<")) for cell in listed]
    (total,) = (line for line in text.splitlines() if line.startswith("| **Total** |  |"))
    assert float(total.strip("| *$").rpartition("$")[2]) == pytest.approx(sum(cents), abs=0.01 * len(cents))


def test_memory_storage_and_calls_of_a_function_are_paid_for() -> None:
    used = msgspec.structs.replace(WORKLOAD, functions={"F": Use(seconds=2, a_month=1e6)})
    text = page(stack(F=function("F", MemorySize=2048, EphemeralStorage={"Size": 1536})), used)
    assert cells(text, "Lambda: F")[1:2] == ["4,000,000 GB-second"]
    assert cells(text, "Lambda: F")[3] == "$53.33"
    assert cells(text, "Lambda: F's disk")[1] == "2,000,000 GB-second"
    assert cells(text, "Lambda: invocations")[3] == "$0.20"


def test_projection_lists_a_folder_for_each_day_model_and_phase() -> None:
    parameters = {"projection.model.values": ",".join(f"m{n}" for n in range(24)), "projection.phase.values": "P0,P1"}
    turns = ("AWS::Glue::Table", {"TableInput": {"Name": "turns", "Parameters": parameters}})
    year = msgspec.structs.replace(WORKLOAD, queries_of_turns=QueriesOfTurns(a_month=1, days=365))
    text = page(stack(Turns=turns), year)
    assert cells(text, "S3: list projected folders for queries of turns")[1] == "17,520 PUT or LIST"


def test_alarms_are_paid_for_by_the_metrics_that_they_watch() -> None:
    share = [{"Expression": "a/b"}, {"MetricStat": {}}, {"MetricStat": {}}]
    declared = stack(
        A=("AWS::CloudWatch::Alarm", {"MetricName": "x"}), B=("AWS::CloudWatch::Alarm", {"Metrics": share})
    )
    assert cells(page(declared, WORKLOAD), "CloudWatch: alarms")[1] == "3 alarm's metric"


def test_replicating_raw_costs_what_runs_weigh() -> None:
    def bucket(*prefixes: str) -> list[Declared]:
        rules = [{"Filter": {"Prefix": prefix}} for prefix in prefixes]
        return stack(B=("AWS::S3::Bucket", {"ReplicationConfiguration": {"Rules": rules}}))

    small, large = page(bucket("config/"), WORKLOAD), page(bucket("config/", "raw/"), WORKLOAD)
    assert cells(small, "Replication: metrics of its rules")[1] == "4 metric"
    assert cells(small, "Replication: time control")[1] == "0.001 GB"
    assert cells(large, "Replication: time control")[1] == "3.3 GB"


def test_an_item_is_written_by_the_kilobyte_begun_and_again_in_each_secondary_index() -> None:
    table = ("AWS::DynamoDB::Table", {"GlobalSecondaryIndexes": [{"IndexName": name} for name in "ABC"]})
    used = msgspec.structs.replace(WORKLOAD, index=Index(item_bytes=1_025, projected_bytes=250))
    written = round(used.runs_a_month * used.runs.turns_puts * 5)
    amount = cells(page(stack(Runs=table), used), "DynamoDB: write items and their secondary indexes")[1]
    assert amount == f"{written:,} write units"


def test_noncurrent_runs_are_kept_as_long_as_the_bucket_says() -> None:
    rule = {"Prefix": "raw/", "NoncurrentVersionExpiration": {"NoncurrentDays": 365.25 * 20}}
    declared = stack(B=("AWS::S3::Bucket", {"LifecycleConfiguration": {"Rules": [rule]}}))
    assert cells(page(declared, WORKLOAD), "S3: noncurrent runs, until they expire")[1] == "402 GB"


def test_what_nobody_wrote_down_is_said() -> None:
    declared = stack(Vpc=("AWS::EC2::NatGateway", {}), New=function("New"))
    assert "Not reckoned, since nobody wrote down its price or use: AWS::EC2::NatGateway, New.\n" in page(
        declared, WORKLOAD
    )
    assert "Not reckoned" not in page(stack(Role=("AWS::IAM::Role", {})), WORKLOAD)


def test_what_is_declared_is_counted_over_all_stacks() -> None:
    indexes = [{"IndexName": "A"}, {"IndexName": "B"}]
    one = stack(Runs=("AWS::DynamoDB::Table", {"GlobalSecondaryIndexes": indexes}), F=function("F"))
    other = stack(Board=("AWS::CloudWatch::Dashboard", {}), E=function("E"), Weekly=("AWS::Scheduler::Schedule", {}))
    found = resources_of([*one, *other])
    assert found.functions == [Function("E", 1.0, 0.0), Function("F", 1.0, 0.0)]
    assert (found.secondary_indexes, found.dashboards, found.schedules) == (2, 1, 1)


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_a_price_is_proportional(one: float, other: float) -> None:
    together = prices.S3_GET.of(one + other)
    assert together == pytest.approx(prices.S3_GET.of(one) + prices.S3_GET.of(other))
    assert Line("x", one, prices.S3_GET).dollars == prices.S3_GET.of(one)


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
