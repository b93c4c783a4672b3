"""What queries on Athena need, whoever asks them: a workgroup, the catalog, and a place for results."""

from typing import Final

from aws_cdk import aws_iam as iam

from schemas.keys.layout import QUERY_RESULTS_PREFIX
from stacks.policies.arns import LakeArns
from stacks.policies.statements import allow, below, list_keys, objects, read

RUN_QUERIES: Final = (
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
    "athena:GetQueryExecution",
    "athena:BatchGetQueryExecution",
    "athena:ListQueryExecutions",
    "athena:GetQueryResults",
    "athena:GetQueryResultsStream",
    "athena:GetWorkGroup",
)


def query(arns: LakeArns) -> list[iam.PolicyStatement]:
    """Allow queries in the workgroups, their results where a client reads them, and the tables that they name.

    Athena writes a client's results with the permissions of the client:
    https://docs.aws.amazon.com/athena/latest/ug/querying.html
    """
    results = below(QUERY_RESULTS_PREFIX)
    return [
        allow(
            "Query",
            [
                *RUN_QUERIES,
                "athena:GetQueryRuntimeStatistics",
                "athena:ListNamedQueries",
                "athena:GetNamedQuery",
                "athena:BatchGetNamedQuery",
            ],
            arns.workgroups,
        ),
        *read_catalog(arns),
        # What Athena's console shows beside a query; the lists take no narrower resource:
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html
        allow("ChooseWorkgroup", ["athena:ListWorkGroups", "athena:ListDataCatalogs"], ["*"]),
        allow("BrowseCatalog", ["athena:GetDataCatalog", "athena:ListDatabases"], [arns.data_catalog]),
        allow(
            "PutResults",
            ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            objects([arns.bucket], results),
        ),
        allow("ListUploads", ["s3:ListBucketMultipartUploads"], [arns.bucket]),
        read("ReadResults", [arns.bucket], results),
        list_keys("ListResults", [arns.bucket], results),
    ]


def read_catalog(arns: LakeArns) -> list[iam.PolicyStatement]:
    """Allow Athena, on behalf of whoever asks, to look up the lake's tables and their partitions."""
    return [
        allow(
            "ReadCatalog",
            [
                "glue:GetDatabase",
                "glue:GetDatabases",
                "glue:GetTable",
                "glue:GetTables",
                "glue:GetPartition",
                "glue:GetPartitions",
            ],
            arns.database,
        ),
        allow("ReadDefaultDatabase", ["glue:GetDatabase"], arns.default_database),
    ]
