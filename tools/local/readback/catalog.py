"""Readers of the resource types of Glue and Athena."""

from tools.local.endpoint import Endpoint
from tools.local.readback.registry import Properties, Resource, reader, stated

_TABLE_INPUT = (
    "Name",
    "Description",
    "Owner",
    "TableType",
    "Parameters",
    "PartitionKeys",
    "StorageDescriptor",
    "ViewOriginalText",
    "ViewExpandedText",
    "TargetTable",
    "Retention",
)


@reader("AWS::Glue::Database")
def database(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a database's description and parameters."""
    found = endpoint.client("glue", region=resource.region).get_database(Name=resource.physical_id)["Database"]
    return stated(
        CatalogId=found.get("CatalogId"),
        DatabaseName=found["Name"] if "DatabaseName" in resource.properties else None,
        DatabaseInput=stated(
            Name=found["Name"],
            Description=found.get("Description"),
            LocationUri=found.get("LocationUri"),
            Parameters=found.get("Parameters"),
            CreateTableDefaultPermissions=found.get("CreateTableDefaultPermissions"),
            TargetDatabase=found.get("TargetDatabase"),
        ),
    )


@reader("AWS::Glue::Table")
def table(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a table or view as Athena finds it."""
    client, database_name = endpoint.client("glue", region=resource.region), resource.text("DatabaseName")
    found = client.get_table(DatabaseName=database_name, Name=resource.physical_id)["Table"]
    members: dict[str, object] = {**found}
    # Unlike other services Glue tells empty from absent, and Athena needs the empty ones.
    reported = {name: members[name] for name in _TABLE_INPUT if members.get(name) not in (None, "")}
    return stated(CatalogId=found.get("CatalogId"), DatabaseName=found.get("DatabaseName"), TableInput=reported)


@reader("AWS::Athena::WorkGroup")
def workgroup(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a workgroup's state, configuration and tags."""
    client, name = endpoint.client("athena", region=resource.region), resource.physical_id
    found = client.get_work_group(WorkGroup=name)["WorkGroup"]
    arn = f"arn:aws:athena:{resource.region}:{endpoint.account_id}:workgroup/{name}"
    return stated(
        Name=found["Name"],
        Description=found.get("Description"),
        State=found.get("State"),
        WorkGroupConfiguration=found.get("Configuration"),
        Tags=client.list_tags_for_resource(ResourceARN=arn).get("Tags"),
    )


@reader("AWS::Athena::NamedQuery")
def named_query(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a saved query; its physical id is the one that Athena gave it."""
    client = endpoint.client("athena", region=resource.region)
    found = client.get_named_query(NamedQueryId=resource.physical_id)["NamedQuery"]
    return stated(
        Name=found["Name"],
        Description=found.get("Description"),
        Database=found["Database"],
        QueryString=found["QueryString"],
        WorkGroup=found.get("WorkGroup"),
    )
