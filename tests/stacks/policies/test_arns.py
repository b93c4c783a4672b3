"""The ARNs that policies hold for what another stack declares."""

import pytest
from aws_cdk import App, aws_sqs as sqs

from schemas.names import REPLICA_REGION, Part
from stacks.config import Config
from stacks.lake_stack import LakeStack
from stacks.policies.arns import LakeArns
from tests.stacks.synthesis import project_context


def stack(app: App, part: Part) -> LakeStack:
    config = Config.from_context(project_context())
    return LakeStack(app, part=part, config=config, description="")


@pytest.mark.parametrize(
    ("fixed", "named"),
    [(None, "SocraticBenchIndex-LettersDC1467AC-*"), ("SocraticBench-Letters", "SocraticBench-Letters")],
)
def test_a_queue_is_named_by_its_name_or_by_what_cloudformation_makes_of_none(fixed: str | None, named: str) -> None:
    app = App()
    lake, access = stack(app, Part.INDEX), stack(app, Part.ACCESS)
    sqs.Queue(lake, "Letters", queue_name=fixed)
    (arn,) = LakeArns.of(access, lake=[lake], tables=()).queues
    assert str(access.resolve(arn)["Fn::Join"][1][-1]) == f":{named}"


def test_what_another_region_declares_is_looked_for_there() -> None:
    app = App()
    lake, access = stack(app, Part.REPLICA), stack(app, Part.ACCESS)
    sqs.Queue(lake, "Letters", queue_name="Letters")
    arns = LakeArns.of(access, lake=[lake], tables=())
    for arn in (*arns.queues, *arns.alarms, *arns.stacks.values()):
        assert REPLICA_REGION in str(access.resolve(arn))
