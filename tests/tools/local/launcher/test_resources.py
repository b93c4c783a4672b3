import pytest

from tools.local.launcher.resources import athena_ids, cloudwatch_resource, glue_resource


@pytest.mark.parametrize(
    ("operation", "request_body", "resource"),
    [
        ("GetDatabase", {"Name": "lake"}, "database/lake"),
        ("GetTables", {"DatabaseName": "lake"}, "table/lake/*"),
        ("GetTable", {"DatabaseName": "lake", "Name": "turns"}, "table/lake/turns"),
        ("GetPartitions", {"DatabaseName": "lake", "TableName": "turns"}, "table/lake/turns"),
        ("DeleteTable", {"DatabaseName": "lake", "Name": "turns"}, None),
    ],
)
def test_a_read_of_the_catalog_names_what_it_reads(
    operation: str, request_body: dict[str, object], resource: str | None
) -> None:
    assert glue_resource(operation, request_body) == resource


@pytest.mark.parametrize(
    ("request_body", "ids"),
    [
        ({"QueryExecutionId": "a"}, ["a"]),
        ({"NamedQueryId": "b"}, ["b"]),
        ({"NamedQueryIds": ["b", "c"]}, ["b", "c"]),
        ({"QueryExecutionIds": ["a"]}, ["a"]),
        ({"WorkGroup": "lake"}, []),
        ({"NamedQueryIds": None}, []),
    ],
)
def test_queries_are_named_by_their_ids(request_body: dict[str, object], ids: list[str]) -> None:
    assert [*athena_ids(request_body)] == ids


@pytest.mark.parametrize(
    ("operation", "request_body", "resource"),
    [
        ("DescribeAlarms", {}, "alarm:*"),
        ("GetDashboard", {"DashboardName": "Health"}, "dashboard/Health"),
        ("ListMetrics", {}, None),
    ],
)
def test_a_look_at_alarms_names_them_all(
    operation: str, request_body: dict[str, object], resource: str | None
) -> None:
    assert cloudwatch_resource(operation, request_body) == resource
