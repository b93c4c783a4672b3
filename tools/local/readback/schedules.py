"""Reader of EventBridge Scheduler's resource type."""

from tools.local.endpoint import Endpoint
from tools.local.readback.registry import Properties, Resource, reader, stated

_AS_REPORTED = (
    "Name",
    "GroupName",
    "Description",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "FlexibleTimeWindow",
    "State",
    "StartDate",
    "EndDate",
    "KmsKeyArn",
    "Target",
)


@reader("AWS::Scheduler::Schedule")
def schedule(endpoint: Endpoint, resource: Resource) -> Properties:
    """Return a schedule and its target."""
    group = resource.text("GroupName") or "default"
    client = endpoint.client("scheduler", region=resource.region)
    found: dict[str, object] = {**client.get_schedule(Name=resource.physical_id, GroupName=group)}
    return stated(**{name: found.get(name) for name in _AS_REPORTED})
