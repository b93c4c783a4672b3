"""Has CloudFormation take over a resource as it is, in a stack that holds nothing else yet.

An import applies no property, so that what it declares is what was found: the next deployment of the whole template
then updates each property that differs.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources.html
"""

import json
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError, WaiterError

from ops.adopt.finding import Found
from ops.failures import CommandError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_CHANGE_SET: Final = "Adopt"


def exists(cloudformation: "CloudFormationClient", stack: str) -> bool:
    """Return whether there is a stack of that name."""
    try:
        cloudformation.describe_stacks(StackName=stack)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return False
        raise
    return True


def import_found(cloudformation: "CloudFormationClient", stack: str, found: Found) -> None:
    """Make the stack out of the resource; raise `CommandError` with CloudFormation's reason where it refuses."""
    wanted = found.wanted
    resource = {
        "Type": wanted.type,
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
        "Properties": found.as_found,
    }
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=_CHANGE_SET,
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps({"Resources": {wanted.logical_id: resource}}),
        ResourcesToImport=[
            {
                "ResourceType": wanted.type,
                "LogicalResourceId": wanted.logical_id,
                "ResourceIdentifier": found.identifier,
            }
        ],
    )
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(StackName=stack, ChangeSetName=_CHANGE_SET)
    except WaiterError as error:
        # What is left is a stack that holds nothing, and is in the way of the next attempt.
        cloudformation.delete_stack(StackName=stack)
        raise _failed(stack, error) from None
    try:
        cloudformation.execute_change_set(StackName=stack, ChangeSetName=_CHANGE_SET)
        cloudformation.get_waiter("stack_import_complete").wait(StackName=stack)
    except WaiterError as error:
        raise _failed(stack, error) from None


def _failed(stack: str, error: WaiterError) -> CommandError:
    reason = error.last_response.get("StatusReason", "") or error
    return CommandError(f"stack {stack}: the import failed: {reason}")
