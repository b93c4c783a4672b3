"""The dashboards, which a deployment opts into: validated without QuickSight, which alone can draw them."""

import json
import re
from collections.abc import Iterator
from typing import cast

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

from schemas.catalog.columns import Scalar
from schemas.catalog.data_sets import DATA_SETS, NEWEST
from tests.stacks.synthesis import Json, SynthesizedStack, dig, rows, synthesize
from tools.templates.accepted import OPTED_INTO

PRINCIPAL = OPTED_INTO["quicksight_principal"]
COLUMNS = {each.name: each.columns for each in DATA_SETS}
MODEL = botocore.session.get_session().get_service_model("quicksight")
# The request that CloudFormation makes of each resource.
REQUESTS = {
    "AWS::QuickSight::DataSource": "CreateDataSource",
    "AWS::QuickSight::DataSet": "CreateDataSet",
    "AWS::QuickSight::Analysis": "CreateAnalysis",
    "AWS::QuickSight::Dashboard": "CreateDashboard",
}


@pytest.fixture(scope="module")
def dashboards() -> SynthesizedStack:
    return synthesize(**OPTED_INTO)["SocraticBenchDashboards"]


@pytest.fixture(scope="module")
def definition(dashboards: SynthesizedStack) -> Json:
    return cast("Json", dig(dashboards.only("AWS::QuickSight::Dashboard"), "Properties", "Definition"))


def nested(value: object) -> Iterator[Json]:
    """Yield every object in a value, however deep."""
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from nested(member)
    elif isinstance(value, list):
        for member in value:
            yield from nested(member)


def faults(value: object, shape: Shape) -> list[str]:
    """Return what is not of its enumeration or pattern, which botocore's own validation leaves to the service."""
    match shape:
        case StructureShape() if isinstance(value, dict):
            return [it for name, member in value.items() for it in faults(member, shape.members[name])]
        case ListShape() if isinstance(value, list):
            return [it for member in value for it in faults(member, shape.member)]
        case MapShape() if isinstance(value, dict):
            return [it for member in value.values() for it in faults(member, shape.value)]
        case StringShape() if shape.enum and value not in shape.enum:
            return [f"{shape.name}: {value}"]
        case _ if pattern := shape.metadata.get("pattern"):
            return [] if re.fullmatch(pattern, str(value)) else [f"{shape.name}: {value}"]
    return []


def request_faults(operation: str, request: Json) -> list[str]:
    shape = MODEL.operation_model(operation).input_shape
    assert shape
    report = ParamValidator().validate(request, shape)
    return [report.generate_report()] if report.has_errors() else faults(request, shape)


def concrete(value: object) -> Json:
    return cast("Json", json.loads(json.dumps(value).replace("${AWS::AccountId}", "111122223333")))


def fields(visual: Json) -> dict[str, tuple[str, str, str]]:
    """Return kind, data set and column of each field of a visual by its id."""
    found: dict[str, tuple[str, str, str]] = {}
    for it in nested(visual):
        for kind, field in [*it.items(), ("UnaggregatedField", it)]:
            if isinstance(field, dict) and {"FieldId", "Column"} <= field.keys():
                column = cast("dict[str, str]", field["Column"])
                found.setdefault(str(field["FieldId"]), (kind, column["DataSetIdentifier"], column["ColumnName"]))
    return found


def visuals(definition: Json) -> list[Json]:
    return [
        cast("Json", body)
        for sheet in rows(definition, "Sheets")
        for visual in rows(sheet, "Visuals")
        for body in visual.values()
    ]


def test_nothing_of_quicksight_is_declared_unless_chosen_and_choosing_it_changes_nothing_else(
    stacks: dict[str, SynthesizedStack],
) -> None:
    chosen = synthesize(**OPTED_INTO)
    assert {*chosen} - {*stacks} == {"SocraticBenchDashboards"}
    assert {name: chosen[name] for name in stacks} == stacks


@pytest.mark.parametrize("kind", REQUESTS)
def test_quicksight_takes_what_is_declared(dashboards: SynthesizedStack, kind: str) -> None:
    declared = dashboards.resources(kind)
    assert declared
    for resource in declared.values():
        properties = concrete(resource["Properties"])
        # CloudFormation's own.
        properties.pop("IngestionWaitPolicy", None)
        assert request_faults(REQUESTS[kind], properties) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Type": "LINE"', '"Type": "LINES"'),
        ('"RowSpan": 12', '"RowSpan": "tall"'),
        ('"SheetId": "trend-sheet"', '"SheetId": "trend sheet"'),
        ('"ColumnSpan": 36', '"ColumnsSpan": 36'),
    ],
)
def test_a_fault_of_the_definition_is_found(definition: Json, old: str, new: str) -> None:
    assert old in json.dumps(definition)
    changed = json.loads(json.dumps(definition).replace(old, new))
    request = {"AwsAccountId": "111122223333", "DashboardId": "x", "Name": "x", "Definition": changed}
    assert request_faults("CreateDashboard", request)


def test_analysis_and_dashboard_are_of_one_definition(dashboards: SynthesizedStack, definition: Json) -> None:
    assert dig(dashboards.only("AWS::QuickSight::Analysis"), "Properties", "Definition") == definition


def test_data_sets_declare_the_columns_of_their_sql_over_the_lakes_database(dashboards: SynthesizedStack) -> None:
    sql = []
    for resource in dashboards.resources("AWS::QuickSight::DataSet").values():
        ((_, table),) = cast("Json", dig(resource, "Properties", "PhysicalTableMap")).items()
        declared = {str(it["Name"]): it["Type"] for it in rows(table, "CustomSql", "Columns")}
        sql.append(dig(table, "CustomSql", "SqlQuery"))
        (data_set,) = (it for it in DATA_SETS if it.sql("socratic_bench") == sql[-1])
        assert [*declared] == [*data_set.columns]
        types = {Scalar.STRING: "STRING", Scalar.BIGINT: "INTEGER", Scalar.DOUBLE: "DECIMAL"}
        assert declared == {name: types[kind] for name, kind in data_set.columns.items()}
    assert len(sql) == len(DATA_SETS)


def test_every_field_of_a_visual_is_a_column_of_its_data_set_or_computed_of_its_columns(definition: Json) -> None:
    computed = {
        (it["DataSetIdentifier"], it["Name"]): str(it["Expression"]) for it in rows(definition, "CalculatedFields")
    }
    for (data_set, _), expression in computed.items():
        assert {*re.findall(r"\{(\w+)\}", expression)} <= {
            name for name, kind in COLUMNS[str(data_set)].items() if kind is not Scalar.STRING
        }
    for visual in visuals(definition):
        found = fields(visual)
        assert len(found) > 1
        for kind, data_set, column in found.values():
            if (data_set, column) in computed:
                assert kind == "NumericalMeasureField"
            elif kind == "NumericalMeasureField":
                assert COLUMNS[data_set][column] is not Scalar.STRING
            elif kind == "CategoricalDimensionField":
                assert COLUMNS[data_set][column] is Scalar.STRING
            else:
                assert column in COLUMNS[data_set]


def test_what_the_definition_refers_to_is_in_it(definition: Json) -> None:
    declared = {it["Identifier"] for it in rows(definition, "DataSetIdentifierDeclarations")}
    assert (
        declared == {*COLUMNS} == {it["DataSetIdentifier"] for it in nested(definition) if "DataSetIdentifier" in it}
    )
    sheets = [str(it["SheetId"]) for it in rows(definition, "Sheets")]
    named = {str(it["SheetId"]) for it in nested(definition["FilterGroups"]) if "SheetId" in it}
    assert named == {*sheets}
    filters = {str(it["FilterId"]) for it in nested(definition) if "FilterId" in it}
    assert {str(it["SourceFilterId"]) for it in nested(definition) if "SourceFilterId" in it} == filters
    for sheet in rows(definition, "Sheets"):
        own = {
            str(body["VisualId"])
            for visual in rows(sheet, "Visuals")
            for body in cast("dict[str, Json]", visual).values()
        }
        controls = {str(it["FilterControlId"]) for it in nested(sheet) if "FilterControlId" in it}
        placed = [str(it["ElementId"]) for it in nested(sheet) if "ElementId" in it]
        assert sorted(placed) == sorted(own | controls)
    for visual in visuals(definition):
        sorted_by = {str(it["FieldId"]) for it in nested(visual) if "Direction" in it}
        assert sorted_by <= {*fields(visual)}


def test_ids_are_unique(definition: Json) -> None:
    every = [*nested(definition)]
    for key in ("SheetId", "VisualId", "FilterGroupId", "FilterId", "FilterControlId"):
        found = [it[key] for it in every if key in it and "Scope" not in it]
        assert found
        assert len({*found}) == len(found)
    ids = [field for visual in visuals(definition) for field in fields(visual)]
    assert len({*ids}) == len(ids)


def test_each_sheet_is_filtered_by_phase_and_model_in_every_data_set(definition: Json) -> None:
    groups = rows(definition, "FilterGroups")
    columns = [str(dig(group, "Filters", 0, "CategoryFilter", "Column", "ColumnName")) for group in groups]
    assert columns == ["phase", "model", "week", "period"]
    assert all(column in each for column in columns for each in COLUMNS.values())
    assert {group["CrossDataset"] for group in groups} == {"ALL_DATASETS"}
    scopes = [
        [
            it["SheetId"]
            for it in rows(group, "ScopeConfiguration", "SelectedSheets", "SheetVisualScopingConfigurations")
        ]
        for group in groups
    ]
    sheets = [it["SheetId"] for it in rows(definition, "Sheets")]
    assert scopes == [sheets, sheets, sheets, sheets[1:]]
    chosen = dig(groups[-1], "Filters", 0, "CategoryFilter", "Configuration", "FilterListConfiguration")
    assert chosen == {"MatchOperator": "CONTAINS", "CategoryValues": [NEWEST]}


def test_sheets_show_what_they_are_named_after(definition: Json) -> None:
    kinds = {
        str(it["Name"]): [kind for visual in rows(it, "Visuals") for kind in visual]
        for it in rows(definition, "Sheets")
    }
    assert kinds == {
        "Trend": ["LineChartVisual", "TableVisual"],
        "Violations": ["BarChartVisual", "TableVisual"],
        "Depth": ["RadarChartVisual", "TableVisual"],
        "Cost and coverage": ["TableVisual", "PivotTableVisual"],
    }
    # A radar takes one category, one value and one colour.
    (wells,) = (
        it["RadarChartAggregatedFieldWells"] for it in nested(definition) if "RadarChartAggregatedFieldWells" in it
    )
    assert {key: len(cast("list[Json]", value)) for key, value in cast("Json", wells).items()} == {
        "Category": 1,
        "Values": 1,
        "Color": 1,
    }


def test_the_principal_uses_the_data_and_owns_what_it_may_share(dashboards: SynthesizedStack) -> None:
    granted = {
        str(resource["Type"]).rpartition("::")[2]: (
            it["Principal"],
            "quicksight:PassDataSet" in actions,
            len(actions),
        )
        for resource in dashboards.every_resource.values()
        if resource["Type"] in REQUESTS
        for it in rows(resource, "Properties", "Permissions")
        for actions in [cast("list[str]", it["Actions"])]
    }
    assert granted == {
        "DataSource": (PRINCIPAL, False, 3),
        "DataSet": (PRINCIPAL, True, 5),
        "Analysis": (PRINCIPAL, False, 7),
        "Dashboard": (PRINCIPAL, False, 8),
    }


def policy(dashboards: SynthesizedStack, service: str) -> list[Json]:
    """Return the statements of the role that a service assumes."""
    found = []
    for role_id, role in dashboards.resources("AWS::IAM::Role").items():
        if service in json.dumps(dig(role, "Properties", "AssumeRolePolicyDocument")):
            inline = cast("list[Json]", cast("Json", role["Properties"]).get("Policies", []))
            attached = [
                cast("Json", it["Properties"])
                for it in dashboards.resources("AWS::IAM::Policy").values()
                if f"${{{role_id}}}" in cast("list[str]", dig(it, "Properties", "Roles"))
            ]
            found += [it for each in (*inline, *attached) for it in rows(each, "PolicyDocument", "Statement")]
    return found


def test_the_data_source_reads_the_summary_alone_through_the_clients_workgroup(dashboards: SynthesizedStack) -> None:
    statements = policy(dashboards, "quicksight.amazonaws.com")
    bucket = "arn:aws:s3:::socratic-bench-${AWS::AccountId}"
    read = [it["Resource"] for it in statements if it["Action"] == "s3:GetObject"]
    assert read == [
        [f"{bucket}/curated/symlinks/weekly_summary/*", f"{bucket}/curated/week=*/weekly_summary.parquet"]
    ]
    (query,) = (it for it in statements if "athena:GetWorkGroup" in str(it["Action"]))
    assert query["Resource"] == "arn:aws:athena:us-east-1:${AWS::AccountId}:workgroup/socratic-bench-clients"
    assert any("glue:GetPartitions" in str(it["Action"]) for it in statements)
    written = [it["Resource"] for it in statements if "s3:PutObject" in str(it["Action"])]
    assert written == [f"{bucket}/query-results/*"]
    assert "*" not in [it["Resource"] for it in statements]


def test_each_data_set_is_refreshed_after_mondays_curation(
    dashboards: SynthesizedStack, curation: SynthesizedStack
) -> None:
    schedules = [cast("Json", it["Properties"]) for it in dashboards.resources("AWS::Scheduler::Schedule").values()]
    (weekly,) = (
        str(dig(it, "Properties", "ScheduleExpression"))
        for it in curation.resources("AWS::Scheduler::Schedule").values()
        if "MON" in str(dig(it, "Properties", "ScheduleExpression"))
    )
    assert {str(it["ScheduleExpression"]) for it in schedules} == {weekly.replace(" 12 ", " 14 ")}
    inputs = [json.loads(str(dig(it, "Target", "Input"))) for it in schedules]
    assert {it["DataSetId"] for it in inputs} == {
        dig(it, "Properties", "DataSetId") for it in dashboards.resources("AWS::QuickSight::DataSet").values()
    }
    for it in inputs:
        # What Scheduler puts there is a UUID.
        assert it.pop("IngestionId") == "<aws.scheduler.execution-id>"
        assert request_faults("CreateIngestion", {**concrete(it), "IngestionId": "0"}) == []
    (allowed,) = policy(dashboards, "scheduler.amazonaws.com")
    assert allowed["Action"] == "quicksight:CreateIngestion"
    assert not dashboards.resources("AWS::QuickSight::RefreshSchedule")


def test_a_failed_refresh_of_any_data_set_alarms(dashboards: SynthesizedStack) -> None:
    alarm = cast("Json", dashboards.only("AWS::CloudWatch::Alarm")["Properties"])
    watched = [
        (dig(it, "MetricStat", "Metric", "MetricName"), dig(it, "MetricStat", "Metric", "Dimensions", 0, "Value"))
        for it in rows(alarm, "Metrics")
        if "MetricStat" in it
    ]
    ids = [dig(it, "Properties", "DataSetId") for it in dashboards.resources("AWS::QuickSight::DataSet").values()]
    group = dig(dashboards.only("AWS::Scheduler::ScheduleGroup"), "Properties", "Name")
    assert watched == [("InvocationDroppedCount", group), *(("IngestionErrorCount", it) for it in ids)]
    assert alarm["AlarmActions"] == ["arn:aws:sns:us-east-1:${AWS::AccountId}:SocraticBenchmarkAlerts"]
    assert dashboards.dependencies == {"SocraticBenchObservability"}


def test_a_stage_has_ids_of_its_own() -> None:
    staged = synthesize("dev", **OPTED_INTO)["SocraticBenchDashboards-dev"]
    keys = ("DataSourceId", "DataSetId", "AnalysisId", "DashboardId", "GroupName", "WorkGroup")
    found = [str(it[key]) for it in nested(staged.template) for key in keys if key in it]
    assert len(found) == 10
    assert all(it.endswith("-dev") for it in found)
    assert "FROM socratic_bench_dev.weekly_summary" in json.dumps(staged.template)
