"""SocraticBenchCatalog: the tables, view and saved queries of Athena, and its workgroups."""

from collections.abc import Collection, Mapping
from typing import Final

from aws_cdk import Aws, aws_athena as athena, aws_glue as glue
from constructs import Construct

from schemas.catalog import tables
from schemas.catalog.columns import Column, glue_type
from schemas.catalog.queries import queries
from schemas.catalog.tables import Table, TableFormat
from schemas.catalog.views import View, runs_view
from schemas.keys.layout import QUERY_RESULTS_PREFIX
from schemas.names import Output, Part
from stacks.config import Config
from stacks.lake_stack import LakeStack

_GB: Final = 10**9
_MANAGED_RESULTS: Final = athena.CfnWorkGroup.ManagedQueryResultsConfigurationProperty(enabled=True)

_TEXT_OUTPUT: Final = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
_INPUTS: Final = {
    TableFormat.JSON: "org.apache.hadoop.mapred.TextInputFormat",
    # Reads manifests that name the files, since the files of two tables share a folder:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html
    TableFormat.PARQUET_BY_SYMLINK: "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat",
}
_SERDES: Final = {
    TableFormat.JSON: glue.CfnTable.SerdeInfoProperty(
        serialization_library="org.openx.data.jsonserde.JsonSerDe",
        # One bad line, which the index counts, must not fail every query of its day: a line that is no JSON is a
        # row of nulls, a value of a wrong type is null. Names match in any case: `csd_subscores.CR`.
        # https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
        parameters={
            "ignore.malformed.json": "true",
            "use.null.for.invalid.data": "true",
            "case.insensitive": "true",
        },
    ),
    TableFormat.PARQUET_BY_SYMLINK: glue.CfnTable.SerdeInfoProperty(
        serialization_library="org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        parameters={"serialization.format": "1"},
    ),
}
_CLASSIFICATIONS: Final = {TableFormat.JSON: "json", TableFormat.PARQUET_BY_SYMLINK: "parquet"}
# Athena skips archived objects unless they are restored and this parameter is set.
_MORE_PARAMETERS: Final[Mapping[str, Mapping[str, str]]] = {
    tables.TURNS: {"read_restored_glacier_objects": "true"},
}


class CatalogStack(LakeStack):
    """Database, tables, view and saved queries. They read the bucket, which need not exist to declare them."""

    def __init__(self, scope: Construct, *, config: Config, models: Collection[str]) -> None:
        """Declare the catalog; `models` are the registry's ids, the only ones that queries of `turns` see."""
        super().__init__(
            scope,
            part=Part.CATALOG,
            config=config,
            description="The socratic-bench lake as Athena sees it: tables, workgroup, saved queries",
        )
        self.database = glue.CfnDatabase(
            self,
            "Database",
            catalog_id=Aws.ACCOUNT_ID,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=self.names.database, description="The socratic-bench data lake"
            ),
        )
        self.tables = {table.name: table for table in tables.tables(models, config.projection)}
        for table in self.tables.values():
            self._table(table, bucket=config.bucket(self.account))
        self._view(runs_view(self.tables[tables.SCORES]))
        # Athena keeps these results itself, so that there is nothing to clean up.
        self.workgroup = self._workgroup(
            "Workgroup",
            name=self.names.workgroup,
            description="Queries of the socratic-bench lake",
            scan_cutoff_gb=config.scan_cutoff_gb,
            managed_query_results_configuration=_MANAGED_RESULTS,
        )
        # Ordinary clients read results from S3, and break on those that Athena keeps:
        # https://github.com/aws/aws-sdk-pandas/issues/3174
        self._workgroup(
            "ClientWorkgroup",
            name=self.names.client_workgroup,
            description="Queries of clients that read results from the bucket of the socratic-bench lake",
            scan_cutoff_gb=config.scan_cutoff_gb,
            result_configuration=self._results_in(config.bucket(self.account)),
        )
        self._saved_queries(models)
        self._outputs()

    def _table(self, table: Table, *, bucket: str) -> None:
        self._in_glue(
            table.name,
            glue.CfnTable.TableInputProperty(
                name=table.name,
                description=table.description,
                table_type="EXTERNAL_TABLE",
                parameters={
                    "classification": _CLASSIFICATIONS[table.format],
                    **table.parameters(bucket=bucket),
                    **_MORE_PARAMETERS.get(table.name, {}),
                },
                # Athena needs an empty list rather than none:
                # https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html
                partition_keys=[
                    glue.CfnTable.ColumnProperty(name=key.name, type=key.glue_type, comment=key.description)
                    for key in table.partition_keys
                ],
                storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                    columns=[_column(column, table.format) for column in table.columns],
                    location=f"s3://{bucket}/{table.root}",
                    input_format=_INPUTS[table.format],
                    output_format=_TEXT_OUTPUT,
                    serde_info=_SERDES[table.format],
                ),
            ),
        )

    def _view(self, view: View) -> None:
        columns = [
            glue.CfnTable.ColumnProperty(name=column.name, type=column.glue_type, comment=column.description)
            for column in view.columns
        ]
        self._in_glue(
            view.name,
            glue.CfnTable.TableInputProperty(
                name=view.name,
                table_type="VIRTUAL_VIEW",
                parameters={"presto_view": "true", "comment": "Presto View"},
                partition_keys=[],
                view_original_text=view.original_text(database=self.names.database),
                view_expanded_text="/* Presto View */",
                # Without a SerdeInfo, even an empty one, Athena cannot read the view.
                storage_descriptor=glue.CfnTable.StorageDescriptorProperty(
                    columns=columns, serde_info=glue.CfnTable.SerdeInfoProperty()
                ),
            ),
        )

    def _in_glue(self, name: str, table_input: glue.CfnTable.TableInputProperty) -> None:
        glue.CfnTable(
            self,
            f"{_pascal(name)}Table",
            catalog_id=Aws.ACCOUNT_ID,
            database_name=self.database.ref,
            table_input=table_input,
        )

    def _workgroup(
        self,
        construct_id: str,
        *,
        name: str,
        description: str,
        scan_cutoff_gb: int,
        managed_query_results_configuration: athena.CfnWorkGroup.ManagedQueryResultsConfigurationProperty
        | None = None,
        result_configuration: athena.CfnWorkGroup.ResultConfigurationProperty | None = None,
    ) -> athena.CfnWorkGroup:
        """Declare a workgroup whose settings no client can override."""
        return athena.CfnWorkGroup(
            self,
            construct_id,
            name=name,
            description=description,
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                engine_version=athena.CfnWorkGroup.EngineVersionProperty(
                    selected_engine_version="Athena engine version 3"
                ),
                managed_query_results_configuration=managed_query_results_configuration,
                result_configuration=result_configuration,
                bytes_scanned_cutoff_per_query=scan_cutoff_gb * _GB,
                publish_cloud_watch_metrics_enabled=True,
            ),
        )

    def _results_in(self, bucket: str) -> athena.CfnWorkGroup.ResultConfigurationProperty:
        """Return where clients find results, encrypted as the bucket demands."""
        return athena.CfnWorkGroup.ResultConfigurationProperty(
            output_location=f"s3://{bucket}/{QUERY_RESULTS_PREFIX}",
            encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(encryption_option="SSE_S3"),
            expected_bucket_owner=self.account,
        )

    def _saved_queries(self, models: Collection[str]) -> None:
        for query in queries(models):
            athena.CfnNamedQuery(
                self,
                f"{_pascal(query.name)}Query",
                name=query.name,
                description=query.description,
                database=self.database.ref,
                work_group=self.workgroup.ref,
                query_string=query.sql,
            )

    def _outputs(self) -> None:
        self.output(Output.DATABASE, self.database.ref, "Glue database of the lake")
        self.output(Output.WORKGROUP, self.workgroup.ref, "Athena workgroup of the lake")


def _pascal(name: str) -> str:
    return name.title().replace("_", "")


def _column(column: Column, table_format: TableFormat) -> glue.CfnTable.ColumnProperty:
    kind = glue_type(column.type, json=table_format is TableFormat.JSON)
    return glue.CfnTable.ColumnProperty(name=column.name, type=kind, comment=column.description)
