"""SocraticBenchPipeline: what the workflows in `.github/workflows` may do in the account, without a stored key."""

from dataclasses import dataclass
from typing import Final

from aws_cdk import CfnOutput, Duration, Environment, PermissionsBoundary, Stack, aws_iam as iam
from constructs import Construct

from examples.github_oidc.repository import Repository
from schemas.catalog.data_sets import DATA_SETS
from schemas.names import PRIMARY_REGION, REPLICA_REGION, Names
from schemas.roles import Role

_ISSUER: Final = "token.actions.githubusercontent.com"
_AUDIENCE: Final = "sts.amazonaws.com"
# What `cdk bootstrap` makes, unless it is told another qualifier.
_QUALIFIER: Final = "hnb659fds"
_REGIONS: Final = (PRIMARY_REGION, REPLICA_REGION)
_READ_TEMPLATES: Final = ["cloudformation:DescribeStacks", "cloudformation:GetTemplate"]
# By their names in actions.
_OF_QUICKSIGHT: Final = ("Analysis", "Dashboard", "DataSet", "DataSource")
_DETECT_DRIFT: Final = [
    "cloudformation:DetectStackDrift",
    "cloudformation:DetectStackResourceDrift",
    "cloudformation:DescribeStackResourceDrifts",
    "cloudformation:DescribeStackResources",
    "cloudformation:ListStackResources",
]
_READ_DASHBOARDS: Final = [
    *(f"quicksight:Describe{kind}" for kind in _OF_QUICKSIGHT),
    *(f"quicksight:Describe{kind}Permissions" for kind in _OF_QUICKSIGHT),
    "quicksight:DescribeAnalysisDefinition",
    "quicksight:DescribeDashboardDefinition",
    "quicksight:ListTagsForResource",
]
_READ_ROLES: Final = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"]


@dataclass(frozen=True, kw_only=True)
class Job:
    """A role that GitHub's token of one kind of job can assume; `subject` is the token's, after the repository.

    https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims
    """

    name: str
    subject: str
    description: str


DIFF: Final = Job(name="Diff", subject="pull_request", description="Reads deployed templates for pull requests")
DRIFT: Final = Job(name="Drift", subject="environment:drift", description="Finds what was changed by hand")


class PipelineStack(Stack):
    """GitHub as an identity provider, and a role for each kind of job.

    Let only the branch main use the environments that deploy, and `drift`: the subject of a token names an
    environment instead of the branch.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        repository: Repository,
        names: Names,
        environment: str = "production",
        permissions_boundary: str = "",
    ) -> None:
        """Declare the roles for a repository and the copy of the lake that has these names.

        `environment` is the repository's that deploys to this account. `permissions_boundary` is the name of the
        managed policy that bounds the roles, empty for none.
        """
        super().__init__(
            scope,
            names.stack("Pipeline"),
            env=Environment(region=PRIMARY_REGION),
            description="Roles of the workflows that diff, deploy and watch the socratic-bench lake",
            termination_protection=True,
            permissions_boundary=(
                PermissionsBoundary.from_name(permissions_boundary) if permissions_boundary else None
            ),
        )
        self._names = names
        self._repository = repository
        self._provider = iam.CfnOIDCProvider(
            self, "GitHub", url=f"https://{_ISSUER}", client_id_list=[_AUDIENCE]
        ).attr_arn
        self._role(DIFF, [self._allow("ReadTemplates", _READ_TEMPLATES, self._stacks())])
        deploy = Job(
            name="Deploy",
            subject=f"environment:{environment}",
            description="Deploys, publishes and tries what is merged",
        )
        self._role(
            deploy,
            [
                self._allow("BecomeCdk", ["sts:AssumeRole"], self._bootstrap_roles()),
                self._allow("BecomeUser", ["sts:AssumeRole"], self._lake_roles(Role.PUBLISHER, Role.OPERATOR)),
            ],
        )
        self._role(
            DRIFT,
            [
                self._allow("ReadTemplates", _READ_TEMPLATES, self._stacks()),
                self._allow("DetectDrift", _DETECT_DRIFT, self._stacks()),
                # It is about a detection, which has no ARN.
                self._allow("FollowDetection", ["cloudformation:DescribeStackDriftDetectionStatus"], ["*"]),
                self._allow("ReadRoles", _READ_ROLES, self._roles_of_the_lake()),
                self._allow("ReadBucketPolicies", ["s3:GetBucketPolicy"], self._buckets()),
                # Where the dashboards are opted into; SecurityAudit does not read all of them.
                self._allow("ReadDashboards", _READ_DASHBOARDS, self._of_quicksight()),
            ],
            # CloudFormation reads each resource's settings, never its data, with the permissions of the caller.
            managed=("SecurityAudit",),
        )

    def _role(self, job: Job, statements: list[iam.PolicyStatement], *, managed: tuple[str, ...] = ()) -> None:
        trust = {
            "StringEquals": {
                f"{_ISSUER}:aud": _AUDIENCE,
                f"{_ISSUER}:sub": [f"repo:{form}:{job.subject}" for form in self._repository.forms],
            }
        }
        role = iam.Role(
            self,
            job.name,
            role_name=f"{self.stack_name}{job.name}",
            description=job.description,
            assumed_by=iam.WebIdentityPrincipal(self._provider, trust),
            inline_policies={job.name: iam.PolicyDocument(statements=statements)},
            managed_policies=[iam.ManagedPolicy.from_aws_managed_policy_name(name) for name in managed],
            max_session_duration=Duration.hours(1),
        )
        CfnOutput(self, f"{job.name}RoleArn", value=role.role_arn, description=job.description)

    def _stacks(self) -> list[str]:
        """Return the ARNs of the lake's stacks, whichever there will be, and of what `cdk bootstrap` made."""
        return [
            self.format_arn(service="cloudformation", region=region, resource="stack", resource_name=f"{name}/*")
            for region in _REGIONS
            for name in (self._names.stack("*"), "CDKToolkit")
        ]

    def _bootstrap_roles(self) -> list[str]:
        names = ("deploy-role", "file-publishing-role", "lookup-role")
        return [
            self._role_arn(f"cdk-{_QUALIFIER}-{name}-{self.account}-{region}")
            for region in _REGIONS
            for name in names
        ]

    def _roles_of_the_lake(self) -> list[str]:
        """Return patterns of all roles of the lake: some have fixed names, some begin with their stack's."""
        stacks = self._names.stack("*")
        return [self._role_arn(stacks), self._role_arn(f"{stacks}-*")]

    def _buckets(self) -> list[str]:
        buckets = (self._names.bucket(self.account), self._names.replica_bucket(self.account))
        return [self.format_arn(service="s3", region="", account="", resource=name) for name in buckets]

    def _of_quicksight(self) -> list[str]:
        names = [
            *((kind.lower(), self._names.quicksight) for kind in _OF_QUICKSIGHT if kind != "DataSet"),
            *(("dataset", self._names.data_set(each.name)) for each in DATA_SETS),
        ]
        return [
            self.format_arn(service="quicksight", region=PRIMARY_REGION, resource=kind, resource_name=name)
            for kind, name in names
        ]

    def _lake_roles(self, *roles: Role) -> list[str]:
        return [self._role_arn(self._names.role(role)) for role in roles]

    def _role_arn(self, name: str) -> str:
        return self.format_arn(service="iam", region="", resource="role", resource_name=name)

    @staticmethod
    def _allow(sid: str, actions: list[str], resources: list[str]) -> iam.PolicyStatement:
        return iam.PolicyStatement(sid=sid, actions=actions, resources=resources)
