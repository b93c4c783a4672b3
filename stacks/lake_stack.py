"""The base of all stacks: Region, protection, names, ARNs and the dead-letter queue."""

from aws_cdk import ArnFormat, CfnOutput, Duration, Environment, PermissionsBoundary, Stack, aws_sqs as sqs
from constructs import Construct

from schemas.names import REPLICA_REGION, Function, Output, Part
from schemas.retention import DEAD_LETTERS_DAYS
from stacks.config import Config
from stacks.constructs.acknowledge import acknowledge


class LakeStack(Stack):
    """One part of the lake in a named Region, whatever the account, protected from being deleted by mistake.

    `names` are the physical names of the stack's stage, `part` is which part of the lake it is.
    """

    def __init__(self, scope: Construct, *, part: Part, config: Config, description: str) -> None:
        """Declare the stack of a part of the lake; its construct id is its name."""
        self.names = config.names
        self.part = part
        boundary = config.permissions_boundary
        super().__init__(
            scope,
            self.names.stack(part),
            env=Environment(
                account=config.account or None, region=REPLICA_REGION if config.recovery else part.region
            ),
            description=description,
            termination_protection=True,
            permissions_boundary=PermissionsBoundary.from_name(boundary) if boundary else None,
            tags={"project": "socratic-bench"},
        )

    def bucket_arn(self, name: str) -> str:
        """Return the ARN of a bucket of this account by its name, whether or not it exists yet."""
        return self.format_arn(service="s3", region="", account="", resource=name)

    def function_arn(self, function: Function) -> str:
        """Return the ARN of a function in this account and Region, whether or not it exists yet."""
        return self.format_arn(
            service="lambda",
            resource="function",
            resource_name=self.names.function(function),
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )

    def role_arn(self, name: str) -> str:
        """Return the ARN of a role of this account by its name, whether or not it exists yet."""
        return self.format_arn(service="iam", region="", resource="role", resource_name=name)

    def output(self, output: Output, value: str, description: str) -> None:
        """Declare an output of this stack."""
        CfnOutput(self, output, value=value, description=description)

    def dead_letter_queue(self) -> sqs.Queue:
        """Declare the queue of what the stack's functions could not do."""
        queue = sqs.Queue(
            self,
            "DeadLetters",
            queue_name=self.names.dead_letters(self.part),
            retention_period=Duration.days(DEAD_LETTERS_DAYS),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )
        acknowledge(
            queue,
            "SQS3",
            reason="It is a dead-letter queue itself, of functions and schedules, which the check does not look at",
        )
        return queue
