"""Finds what is deployed by the outputs of the CloudFormation stacks, never by a name that was put together."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from ops.failures import CommandError
from schemas.names import REPLICA_REGION, Function, Names, Output, Part

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

# What CloudFormation answers for a stack that does not exist.
_NO_SUCH_STACK: Final = "ValidationError"


def described(cloudformation: "CloudFormationClient", stack: str) -> "StackTypeDef | None":
    """Return what CloudFormation says of a stack, None where there is none of that name."""
    try:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if error.response["Error"]["Code"] != _NO_SUCH_STACK:
            raise
        return None
    return found


class Deployment:
    """The deployed resources of one stage; each stack is described once, when first needed.

    Every lookup raises `CommandError` where the stack, or the output in it, is missing.
    """

    def __init__(
        self, *, names: Names, cloudformation: Callable[[str], "CloudFormationClient"], recovered: bool = False
    ) -> None:
        """Take the stage's names, what gives a client of a Region, and whether us-east-1 is lost."""
        self.recovered = recovered
        self._names = names
        self._cloudformation = cloudformation
        self._outputs: dict[str, Mapping[str, str]] = {}

    @property
    def bucket(self) -> str:
        """The name of the bucket that the lake reads and writes: the primary, or the replica of a recovered one."""
        return self.replica_bucket if self.recovered else self.output(Output.BUCKET)

    @property
    def replica_bucket(self) -> str:
        """The name of the bucket in the replica Region."""
        return self.output(Output.REPLICA_BUCKET)

    def output(self, output: Output) -> str:
        """Return what a stack says about itself."""
        return self.find(output.part, output)

    def function(self, function: Function) -> str:
        """Return the physical name of a Lambda function."""
        return self.find(function.part, function.output)

    def find(self, part: Part, key: str) -> str:
        """Return an output of one part's stack."""
        stack, region = self._names.stack(part), REPLICA_REGION if self.recovered else part.region
        if stack not in self._outputs:
            self._outputs[stack] = self._describe(stack, region)
        try:
            return self._outputs[stack][key]
        except KeyError:
            raise CommandError(f"stack {stack} in {region} has no output {key}: deploy this version first") from None

    def _describe(self, stack: str, region: str) -> Mapping[str, str]:
        found = described(self._cloudformation(region), stack)
        if found is None:
            raise CommandError(f"no stack {stack} in {region}: deploy it, or choose another --stage")
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
