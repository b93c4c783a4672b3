import pytest

from ops.aws import Aws
from ops.deployment import Deployment
from ops.failures import CommandError
from schemas.names import PRIMARY_REGION, REPLICA_REGION, Function, Names, Output
from tests.ops.conftest import Deployed, Regions


def deployment(stage: str = "") -> Deployment:
    return Deployment(names=Names(stage), cloudformation=Aws().cloudformation)


def test_resources_are_found_in_their_regions(deployed: Deployed) -> None:
    found = deployment()
    assert (found.bucket, found.output(Output.RUNS_TABLE), found.replica_bucket) == (
        deployed.bucket,
        deployed.table,
        deployed.replica,
    )


def test_function_and_queue_are_outputs_of_the_index(regions: Regions) -> None:
    regions[PRIMARY_REGION].stacks["SocraticBenchIndex"] = {
        Function.INDEX_RUN.output: "IndexRun",
        Output.INDEX_DEAD_LETTERS: "queue-url",
    }
    assert (deployment().function(Function.INDEX_RUN), deployment().output(Output.INDEX_DEAD_LETTERS)) == (
        "IndexRun",
        "queue-url",
    )


def test_a_stage_has_stacks_of_its_own(regions: Regions) -> None:
    regions[PRIMARY_REGION].stacks.update(
        {"SocraticBenchStorage": {Output.BUCKET: "one"}, "SocraticBenchStorage-x": {Output.BUCKET: "other"}}
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
            "SocraticBenchReplica": {Output.REPLICA_BUCKET: "replica"},
            "SocraticBenchIndex": {Function.INDEX_RUN.output: "IndexRun"},
        }
    )
    found = Deployment(names=Names(), cloudformation=Aws().cloudformation, recovered=True)
    assert (found.bucket, found.replica_bucket, found.function(Function.INDEX_RUN)) == (
        "replica",
        "replica",
        "IndexRun",
    )
    with pytest.raises(CommandError, match=r"^no stack SocraticBenchCatalog in us-west-2: deploy it"):
        _ = found.output(Output.DATABASE)
