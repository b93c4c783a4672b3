"""SocraticBenchAccess: the roles that people and programs assume."""

from collections.abc import Collection
from typing import Final

from aws_cdk import CfnOutput, Duration, aws_iam as iam
from constructs import Construct

from schemas.catalog.tables import Table
from schemas.names import Part
from schemas.roles import Role
from stacks.config import Config
from stacks.constructs.acknowledge import acknowledge_wildcards, patterns
from stacks.lake_stack import LakeStack
from stacks.policies.arns import LakeArns
from stacks.policies.permissions import permissions

_DESCRIPTIONS: Final = {
    Role.RUNNER: "Runs the benchmark: puts runs and summaries",
    Role.JUDGE: "Judges runs: reads them and their inputs, puts them back with scores",
    Role.PUBLISHER: "Publishes the registry, manifests and golden sets in both Regions",
    Role.ANALYST: "Queries the tables",
    Role.OPERATOR: "Keeps the lake going: reads all of it, invokes, redrives, restores and exports",
    Role.ERASER: "Erases runs and what is made of them, with a second factor",
    Role.BREAK_GLASS: "Deletes what is written once, with a second factor",
}
# Why a pattern in a permission is as narrow as it can be, by the service of its ARN.
_PATTERNS: Final = {
    "s3": "A role is given the prefixes that its work lies in; the keys below them are data",
    "cloudformation": "CloudFormation ends a stack's ARN with an id that it makes up",
    "glue": "All tables of the lake's own database",
    "dynamodb": "All indexes of the lake's own table",
    "logs": "CloudFormation ends a log group's name with characters that it makes up",
    "cloudwatch": "An operator looks at the alarm that rang, whichever it is",
    "states": "Each execution of the state machine has a name of its own",
    "*": "Neither metrics nor lists of workgroups and catalogs are resources of IAM",
}


class AccessStack(LakeStack):
    """One role for each kind of user, trusted as the context says."""

    def __init__(
        self, scope: Construct, *, config: Config, lake: Collection[LakeStack], tables: Collection[Table]
    ) -> None:
        """Declare the roles; `lake` are the stacks that they are for, `tables` what analysts see."""
        super().__init__(
            scope,
            part=Part.ACCESS,
            config=config,
            description="Roles of those who use the socratic-bench lake",
        )
        arns = LakeArns.of(self, lake=lake, tables=tables)
        for role in Role:
            self._role(role, arns, config)

    def _role(self, role: Role, arns: LakeArns, config: Config) -> None:
        """Declare a role; its permissions are inline, so that it never exists without them."""
        statements = permissions(role, arns)
        declared = iam.Role(
            self,
            role,
            role_name=self.names.role(role),
            description=_DESCRIPTIONS[role],
            assumed_by=config.trust[role].principal(mfa=role.needs_second_factor),
            max_session_duration=Duration.hours(1),
            inline_policies={role: iam.PolicyDocument(statements=statements)},
        )
        for pattern in patterns(statements):
            service = pattern if pattern == "*" else pattern.split(":")[2]
            if service in _PATTERNS:
                acknowledge_wildcards(declared, [pattern], reason=_PATTERNS[service])
        CfnOutput(self, role.output, value=declared.role_arn, description=_DESCRIPTIONS[role])
