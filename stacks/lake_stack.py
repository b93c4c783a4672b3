"""What all stacks of the lake have in common."""

from aws_cdk import ArnFormat, Duration, Environment, Stack, aws_sqs as sqs
from constructs import Construct

from stacks.config import Config
from stacks.constructs.acknowledge import acknowledge


class LakeStack(Stack):
    """One part of the lake in a named Region, whatever the account, protected from being deleted by mistake.

    `names` are the physical names of the stack's stage, `part` is which part of the lake it is.
    """

    def __init__(self, scope: Construct, *, part: str, region: str, config: Config, description: str) -> None:
        """Declare the stack of a part of `schemas.names`, such as `STORAGE`; its construct id is its name."""
        self.names = config.names
        self.part = part
        super().__init__(
            scope,
            self.names.stack(part),
            env=Environment(region=region),
            description=description,
            termination_protection=True,
            tags={"project": "socratic-bench"},
        )

    def bucket_arn(self, name: str) -> str:
        """Return the ARN of a bucket of this account by its name, whether or not it exists yet."""
        return self.format_arn(service="s3", region="", account="", resource=name)

    def function_arn(self, name: str) -> str:
        """Return the ARN of a function of this account and Region by its name, whether or not it exists yet."""
        return self.format_arn(
            service="lambda", resource="function", resource_name=name, arn_format=ArnFormat.COLON_RESOURCE_NAME
        )

    def role_arn(self, name: str) -> str:
        """Return the ARN of a role of this account by its name, whether or not it exists yet."""
        return self.format_arn(service="iam", region="", resource="role", resource_name=name)

    def dead_letter_queue(self, name: str) -> sqs.Queue:
        """Declare the stack's queue of what its functions could not do."""
        queue = sqs.Queue(
            self,
            "DeadLetters",
            queue_name=name,
            retention_period=Duration.days(14),  # the longest there is
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )
        acknowledge(
            queue,
            "SQS3",
            reason="It is a dead-letter queue itself, of functions and schedules, which the check does not look at",
        )
        return queue
