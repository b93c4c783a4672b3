"""SocraticBenchAccess: the roles in which people and programs use the lake."""

from collections.abc import Collection
from typing import Final

from aws_cdk import CfnOutput, Duration, aws_iam as iam
from constructs import Construct

from schemas import names
from schemas.roles import Role
from schemas.tables import Table
from stacks.config import Config
from stacks.lake_arns import LakeArns
from stacks.lake_stack import LakeStack
from stacks.permissions import permissions

_DESCRIPTIONS: Final = {
    Role.RUNNER: "Runs the benchmark: puts runs and summaries",
    Role.JUDGE: "Judges runs: reads them and their inputs, puts them back with scores",
    Role.PUBLISHER: "Publishes the registry, manifests and golden sets in both Regions",
    Role.ANALYST: "Queries the tables",
    Role.OPERATOR: "Keeps the lake going: reads all of it, invokes, redrives, restores and exports",
    Role.BREAK_GLASS: "Deletes what is written once, with a second factor",
}


class AccessStack(LakeStack):
    """One role for each kind of user, trusted as the context says."""

    def __init__(
        self, scope: Construct, *, config: Config, lake: Collection[LakeStack], tables: Collection[Table]
    ) -> None:
        """Declare the roles; `lake` are the stacks that they are for, `tables` what analysts see."""
        super().__init__(
            scope,
            part=names.ACCESS,
            region=names.PRIMARY_REGION,
            config=config,
            description="Roles of those who use the socratic-bench lake",
        )
        arns = LakeArns.of(self, lake=lake, tables=tables)
        for role in Role:
            self._role(role, arns, config)

    def _role(self, role: Role, arns: LakeArns, config: Config) -> None:
        """Declare a role; its permissions are inline, so that it never exists without them."""
        declared = iam.Role(
            self,
            role,
            role_name=self.names.role(role),
            description=_DESCRIPTIONS[role],
            assumed_by=config.trust[role].principal(mfa=role is Role.BREAK_GLASS),
            max_session_duration=Duration.hours(1),
            inline_policies={role: iam.PolicyDocument(statements=permissions(role, arns))},
        )
        CfnOutput(self, role.output, value=declared.role_arn, description=_DESCRIPTIONS[role])
