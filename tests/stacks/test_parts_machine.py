"""The state machine `CurateParts`: its role, and what it makes of failed parts."""

import json
from typing import Final, cast

from tests.stacks.synthesis import BUCKET, Json, SynthesizedStack, dig, rows

MACHINE: Final = "arn:aws:states:us-east-1:${AWS::AccountId}:stateMachine:CurateParts"


def found_id(curation: SynthesizedStack, resource_type: str, logical_id: str) -> str:
    (found,) = (each for each in curation.resources(resource_type) if each.startswith(logical_id))
    return found


def test_the_state_machine_does_its_steps_and_follows_its_own_executions_alone(curation: SynthesizedStack) -> None:
    function = found_id(curation, "AWS::Lambda::Function", "CurateWeek")
    role = dig(curation.only("AWS::StepFunctions::StateMachine"), "Properties", "RoleArn")
    (role_id,) = (each for each in curation.resources("AWS::IAM::Role") if each in str(role))
    (policy,) = rows(curation.resources("AWS::IAM::Role")[role_id], "Properties", "Policies")
    statements = rows(policy, "PolicyDocument", "Statement")
    logs = [row for row in statements if "logs:" in str(row)]
    assert [row["Resource"] for row in logs] == ["*"]
    executions = MACHINE.replace("stateMachine", "execution")
    assert [(row["Action"], row["Resource"]) for row in statements if row not in logs] == [
        ("lambda:InvokeFunction", f"${{{function}.Arn}}"),
        ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/curated/week=*/plans/*"),
        ("states:StartExecution", MACHINE),
        (["states:DescribeExecution", "states:StopExecution"], [f"{executions}/Parts:*", f"{executions}:*"]),
    ]
    assert not [each for each in curation.resources("AWS::IAM::Policy") if each.startswith("CurateParts")]


def test_the_state_machine_tolerates_failed_parts_and_retries_what_lambda_refuses(
    curation: SynthesizedStack,
) -> None:
    machine = dig(curation.only("AWS::StepFunctions::StateMachine"), "Properties")
    assert dig(machine, "StateMachineName") == "CurateParts"
    states = dig(json.loads(str(dig(machine, "DefinitionString"))), "States")
    parts = dig(states, "Parts")
    assert (dig(parts, "ToleratedFailurePercentage"), dig(parts, "MaxConcurrency")) == (100, 4)
    # What children return is dropped: thousands of results are more than a state may hand on.
    assert dig(parts, "ResultPath") is None
    steps = [*(dig(states, name) for name in ("Plan", "Finish")), dig(parts, "ItemProcessor", "States", "Part")]
    for step in steps:
        assert "Lambda.TooManyRequestsException" in str(dig(step, "Retry", 0, "ErrorEquals"))
        assert (dig(step, "Retry", 0, "BackoffRate"), dig(step, "Retry", 0, "JitterStrategy")) == (2, "FULL")
    assert dig(steps[-1], "Retry", 1) == {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}
    assert dig(states, "Plan", "Parameters") == {"step": "plan", "progress.$": "$"}
    # The part's own state takes the item as it is.
    assert dig(parts, "ItemSelector") == {"step": "part", "task.$": "$$.Map.Item.Value"}
    assert "Parameters" not in cast("Json", steps[-1])
