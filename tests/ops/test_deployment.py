import pytest

from ops.aws import Aws
from ops.deployment import Deployment
from ops.failures import CommandError
from schemas.names import (
    OUTPUT_BUCKET,
    OUTPUT_INDEX_DEAD_LETTERS,
    OUTPUT_INDEX_RUN,
    OUTPUT_REPLICA_BUCKET,
    PRIMARY_REGION,
    REPLICA_REGION,
    Names,
)
from tests.ops.conftest import Deployed, Regions


def deployment(stage: str = "") -> Deployment:
    return Deployment(names=Names(stage), cloudformation=Aws().cloudformation)


def test_resources_are_found_in_their_regions(deployed: Deployed) -> None:
    found = deployment()
    assert (found.bucket, found.runs_table, found.replica_bucket) == (
        deployed.bucket,
        deployed.table,
        deployed.replica,
    )


def test_function_and_queue_are_outputs_of_the_index(regions: Regions) -> None:
    regions[PRIMARY_REGION].stacks["SocraticBenchIndex"] = {
        OUTPUT_INDEX_RUN: "IndexRun",
        OUTPUT_INDEX_DEAD_LETTERS: "queue-url",
    }
    assert (deployment().index_run, deployment().index_dead_letters) == ("IndexRun", "queue-url")


def test_a_stage_has_stacks_of_its_own(regions: Regions) -> None:
    regions[PRIMARY_REGION].stacks.update(
        {"SocraticBenchStorage": {OUTPUT_BUCKET: "one"}, "SocraticBenchStorage-x": {OUTPUT_BUCKET: "other"}}
    )
    assert (deployment().bucket, deployment("x").bucket) == ("one", "other")


@pytest.mark.usefixtures("regions")
def test_missing_stack_is_named_with_its_region() -> None:
    with pytest.raises(CommandError, match=r"^no stack SocraticBenchReplica-x in us-west-2: deploy it, .* --stage$"):
        _ = deployment("x").replica_bucket


def test_missing_output_is_named_with_its_stack(regions: Regions) -> None:
    regions[PRIMARY_REGION].stacks["SocraticBenchStorage"] = {}
    with pytest.raises(CommandError, match=r"^stack SocraticBenchStorage in us-east-1 has no output BucketName: "):
        _ = deployment().bucket


def test_a_stack_is_described_once(deployed: Deployed, regions: Regions) -> None:
    found = deployment()
    assert found.bucket == found.bucket == deployed.bucket
    assert regions[PRIMARY_REGION].described == 1


def test_a_recovered_lake_is_found_in_the_replicas_region(regions: Regions) -> None:
    regions[REPLICA_REGION].stacks.update(
        {
            "SocraticBenchReplica": {OUTPUT_REPLICA_BUCKET: "replica"},
            "SocraticBenchIndex": {OUTPUT_INDEX_RUN: "IndexRun"},
        }
    )
    found = Deployment(names=Names(), cloudformation=Aws().cloudformation, recovered=True)
    assert (found.bucket, found.replica_bucket, found.index_run) == ("replica", "replica", "IndexRun")
    with pytest.raises(CommandError, match=r"^no stack SocraticBenchCatalog in us-west-2: deploy it"):
        _ = found.database
