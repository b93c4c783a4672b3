"""SocraticBenchDashboards: the weekly summary in QuickSight, only where a deployment names who looks at it."""

from collections.abc import Mapping
from typing import Final

from aws_cdk import (
    Duration,
    RemovalPolicy,
    TimeZone,
    aws_iam as iam,
    aws_quicksight as quicksight,
    aws_scheduler as scheduler,
    aws_scheduler_targets as targets,
)
from constructs import Construct

from schemas.catalog.columns import Scalar
from schemas.catalog.data_sets import DATA_SETS, TABLE, DataSet
from schemas.catalog.tables import tables
from schemas.curation import DUE_AT_HOUR
from schemas.names import Part
from stacks.config import Config
from stacks.constructs.acknowledge import acknowledge_wildcards, patterns
from stacks.constructs.alerts import Alerts, Missing
from stacks.constructs.dashboard_definition import definition
from stacks.constructs.metrics import LakeMetrics
from stacks.lake_stack import LakeStack
from stacks.policies.arns import LakeArns
from stacks.policies.quicksight import (
    OWN_ANALYSIS,
    OWN_DASHBOARD,
    USE_DATA_SET,
    USE_DATA_SOURCE,
    data_source_statements,
    refresh_statements,
)

_TYPES: Final = {Scalar.STRING: "STRING", Scalar.BIGINT: "INTEGER", Scalar.DOUBLE: "DECIMAL"}


class DashboardsStack(LakeStack):
    """Data source, data sets, analysis, dashboard, their weekly refresh and its alarm.

    The catalog must exist beforehand, since QuickSight tries the data source; alerts go to Observability's topic.
    """

    def __init__(self, scope: Construct, *, config: Config) -> None:
        """Declare them for `config.quicksight_principal`, a user or group, which may share the dashboard."""
        super().__init__(
            scope,
            part=Part.DASHBOARDS,
            config=config,
            description="The weekly summary of socratic-bench in QuickSight",
        )
        self._principal = config.quicksight_principal
        self.data_source = self._data_source(config)
        self.data_sets = {each.name: self._data_set(each) for each in DATA_SETS}
        self._boards({name: found.attr_arn for name, found in self.data_sets.items()})
        self._refreshes()
        self._watch()

    def _role(self, config: Config) -> iam.Role:
        # QuickSight says neither account nor resource when it assumes a role. Who names the role in a data source
        # needs iam:PassRole, which stays within the account.
        read = [table for table in tables((), config.projection) if table.name == TABLE]
        workgroup = self.names.client_workgroup
        statements = data_source_statements(
            LakeArns.of(self, lake=(), tables=read),
            workgroup=self.format_arn(service="athena", resource="workgroup", resource_name=workgroup),
        )
        role = iam.Role(
            self,
            "DataSourceRole",
            assumed_by=iam.ServicePrincipal("quicksight.amazonaws.com"),
            # Within the role, so that they are there when QuickSight tries it.
            inline_policies={"Query": iam.PolicyDocument(statements=statements)},
        )
        acknowledge_wildcards(role, patterns(statements), reason="Weeks and results have keys of their own")
        return role

    def _data_source(self, config: Config) -> quicksight.CfnDataSource:
        return quicksight.CfnDataSource(
            self,
            "DataSource",
            aws_account_id=self.account,
            data_source_id=self.names.quicksight,
            name=self.names.quicksight,
            type="ATHENA",
            data_source_parameters=quicksight.CfnDataSource.DataSourceParametersProperty(
                athena_parameters=quicksight.CfnDataSource.AthenaParametersProperty(
                    work_group=self.names.client_workgroup, role_arn=self._role(config).role_arn
                )
            ),
            permissions=[
                quicksight.CfnDataSource.ResourcePermissionProperty(
                    principal=self._principal, actions=[*USE_DATA_SOURCE]
                )
            ],
        )

    def _data_set(self, data_set: DataSet) -> quicksight.CfnDataSet:
        columns = [
            quicksight.CfnDataSet.InputColumnProperty(name=name, type=_TYPES[kind])
            for name, kind in data_set.columns.items()
        ]
        query = quicksight.CfnDataSet.CustomSqlProperty(
            data_source_arn=self.data_source.attr_arn,
            name=data_set.title,
            sql_query=data_set.sql(self.names.database),
            columns=columns,
        )
        return quicksight.CfnDataSet(
            self,
            f"{_pascal(data_set.name)}DataSet",
            aws_account_id=self.account,
            data_set_id=self.names.data_set(data_set.name),
            name=f"{self.names.quicksight}: {data_set.title}",
            import_mode="SPICE",
            physical_table_map={
                data_set.name.replace("_", "-"): quicksight.CfnDataSet.PhysicalTableProperty(custom_sql=query)
            },
            # A lake without a curated week has no rows, which must not fail the deployment.
            ingestion_wait_policy=quicksight.CfnDataSet.IngestionWaitPolicyProperty(wait_for_spice_ingestion=False),
            permissions=[
                quicksight.CfnDataSet.ResourcePermissionProperty(principal=self._principal, actions=[*USE_DATA_SET])
            ],
        )

    def _boards(self, arns: Mapping[str, str]) -> None:
        analysis = quicksight.CfnAnalysis(
            self,
            "Analysis",
            aws_account_id=self.account,
            analysis_id=self.names.quicksight,
            name=self.names.quicksight,
            permissions=[
                quicksight.CfnAnalysis.ResourcePermissionProperty(principal=self._principal, actions=[*OWN_ANALYSIS])
            ],
        )
        dashboard = quicksight.CfnDashboard(
            self,
            "Dashboard",
            aws_account_id=self.account,
            dashboard_id=self.names.quicksight,
            name=self.names.quicksight,
            permissions=[
                quicksight.CfnDashboard.ResourcePermissionProperty(
                    principal=self._principal, actions=[*OWN_DASHBOARD]
                )
            ],
        )
        for board in (analysis, dashboard):
            board.add_property_override("Definition", definition(arns))

    def _refreshes(self) -> None:
        """Declare what refreshes each data set on Monday, two hours after the curation begins.

        QuickSight's own schedules cannot begin in the past, so that a template with one would deploy once.
        """
        statements = refresh_statements(
            data_set_arns=[
                self.format_arn(service="quicksight", resource="dataset", resource_name=self.names.data_set(name))
                for name in self.data_sets
            ]
        )
        role = iam.Role(
            self,
            "RefreshRole",
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": self.account}}
            ),
        )
        acknowledge_wildcards(role, patterns(statements), reason="A refresh has an id that begins to exist with it")
        # Of a group of its own, by which CloudWatch counts what was not delivered.
        group = scheduler.ScheduleGroup(
            self,
            "Refreshes",
            schedule_group_name=self.names.refreshes,
            removal_policy=RemovalPolicy.DESTROY,
        )
        for name in self.data_sets:
            scheduler.Schedule(
                self,
                f"{_pascal(name)}Refresh",
                description=f"Refreshes {self.names.data_set(name)} after Monday's curation",
                schedule_group=group,
                schedule=scheduler.ScheduleExpression.cron(
                    week_day="MON", hour=f"{DUE_AT_HOUR}", minute="0", time_zone=TimeZone.ETC_UTC
                ),
                target=targets.Universal(
                    service="quicksight",
                    action="createIngestion",
                    input=scheduler.ScheduleTargetInput.from_object(
                        {
                            "AwsAccountId": self.account,
                            "DataSetId": self.names.data_set(name),
                            "IngestionId": scheduler.ContextAttribute.execution_id,
                            "IngestionType": "FULL_REFRESH",
                        }
                    ),
                    role=role,
                    policy_statements=statements,
                    retry_attempts=3,
                    max_event_age=Duration.hours(1),
                ),
            )

    def _watch(self) -> None:
        alerts = Alerts(self, "Alerts", topic_name=self.names.alerts_topic, email=None)
        alerts.alarm(
            "Dashboard refresh",
            says="QuickSight still shows last week: a refresh of its data failed, or could not be started.",
            metric=LakeMetrics.of(self).refresh_failures([*self.data_sets]),
            above=0,
            missing=Missing.NOTHING_HAPPENED,
        )


def _pascal(name: str) -> str:
    return name.title().replace("_", "")
