"""Who may see QuickSight's dashboard, and what its data source and the refreshes may do."""

from collections.abc import Sequence
from typing import Final

from aws_cdk import aws_iam as iam

from schemas.keys.layout import QUERY_RESULTS_PREFIX
from stacks.policies.arns import LakeArns
from stacks.policies.queries import RUN_QUERIES, read_catalog
from stacks.policies.statements import allow, below, list_keys, objects, read

# QuickSight takes these actions only together, as its console grants them:
# https://docs.aws.amazon.com/quicksight/latest/developerguide/asset-bundle-export-job-permissions.html
USE_DATA_SOURCE: Final = (
    "quicksight:DescribeDataSource",
    "quicksight:DescribeDataSourcePermissions",
    "quicksight:PassDataSource",
)
USE_DATA_SET: Final = (
    "quicksight:DescribeDataSet",
    "quicksight:DescribeDataSetPermissions",
    "quicksight:PassDataSet",
    "quicksight:DescribeIngestion",
    "quicksight:ListIngestions",
)
OWN_ANALYSIS: Final = (
    "quicksight:DescribeAnalysis",
    "quicksight:DescribeAnalysisPermissions",
    "quicksight:UpdateAnalysis",
    "quicksight:UpdateAnalysisPermissions",
    "quicksight:DeleteAnalysis",
    "quicksight:QueryAnalysis",
    "quicksight:RestoreAnalysis",
)
OWN_DASHBOARD: Final = (
    "quicksight:DescribeDashboard",
    "quicksight:DescribeDashboardPermissions",
    "quicksight:ListDashboardVersions",
    "quicksight:QueryDashboard",
    "quicksight:UpdateDashboard",
    "quicksight:UpdateDashboardPermissions",
    "quicksight:UpdateDashboardPublishedVersion",
    "quicksight:DeleteDashboard",
)


def data_source_statements(arns: LakeArns, *, workgroup: str) -> list[iam.PolicyStatement]:
    """Return what a query of the tables needs: Athena, the catalog, what the symlinks reach, and the results.

    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSQuicksightAthenaAccess.html
    """
    results = below(QUERY_RESULTS_PREFIX)
    return [
        allow(
            "Query",
            RUN_QUERIES,
            [workgroup],
        ),
        # What an author browses beside a query of the data source.
        allow(
            "BrowseCatalog",
            [
                "athena:GetDataCatalog",
                "athena:GetDatabase",
                "athena:ListDatabases",
                "athena:GetTableMetadata",
                "athena:ListTableMetadata",
            ],
            [arns.data_catalog],
        ),
        *read_catalog(arns),
        read("ReadTables", [arns.bucket], arns.table_keys),
        list_keys("ListTables", [arns.bucket], [*arns.table_folders, *results]),
        allow("Locate", ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"], [arns.bucket]),
        # Athena writes results, and QuickSight reads them, with the permissions of the role.
        allow(
            "Results",
            ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
            objects([arns.bucket], results),
        ),
    ]


def refresh_statements(*, data_set_arns: Sequence[str]) -> list[iam.PolicyStatement]:
    """Return what starting a refresh of the data sets needs: a refresh is a resource of its own, below its data set.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonquicksight.html
    """
    return [allow("Refresh", ["quicksight:CreateIngestion"], [f"{arn}/ingestion/*" for arn in data_set_arns])]
