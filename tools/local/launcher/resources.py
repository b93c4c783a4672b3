"""Which resource a request is about, where ministack does not know: pure.

What AWS checks: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html and, beside it,
list_amazonathena.html and list_amazoncloudwatch.html
"""

from collections.abc import Iterator, Mapping


def glue_resource(operation: str, request: Mapping[str, object]) -> str | None:
    """Return the deepest resource that a read of the catalog names, such as `table/lake/turns`; else None."""
    database = request.get("DatabaseName")
    match operation:
        case "GetDatabase":
            return f"database/{request.get('Name')}"
        case "GetTables":
            return f"table/{database}/*"
        case "GetTable":
            return f"table/{database}/{request.get('Name')}"
        case "GetPartition" | "GetPartitions":
            return f"table/{database}/{request.get('TableName')}"
        case _:
            return None


def cloudwatch_resource(operation: str, request: Mapping[str, object]) -> str | None:
    """Return the alarms or the dashboard that a request reads; None for any other."""
    match operation:
        case "DescribeAlarms":
            return "alarm:*"
        case "GetDashboard":
            return f"dashboard/{request.get('DashboardName')}"
        case _:
            return None


def athena_ids(request: Mapping[str, object]) -> Iterator[str]:
    """Yield the ids of the queries, saved or under way, that a request names instead of a workgroup."""
    for key in ("QueryExecutionId", "NamedQueryId"):
        if isinstance(found := request.get(key), str):
            yield found
    for key in ("QueryExecutionIds", "NamedQueryIds"):
        if isinstance(found := request.get(key), list):
            yield from (str(item) for item in found)
