"""The state machine `CurateParts`: plans a week, does its parts side by side, finishes it, goes on to the next."""

from typing import Final

from aws_cdk import (
    Duration,
    RemovalPolicy,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_logs as logs,
    aws_s3 as s3,
    aws_stepfunctions as sfn,
    aws_stepfunctions_tasks as tasks,
)
from constructs import Construct

from schemas.curation import Next
from stacks.constructs.acknowledge import acknowledge
from stacks.constructs.function import LOG_RETENTION

# Errors of Lambda itself. The construct's own choice lacks the first, which is how a full account answers:
# https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
_OF_LAMBDA: Final = (
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
)
MAP_LABEL: Final = "Parts"


class PartsMachine(Construct):
    """A state machine over one function; `role` exists, and has all its permissions."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        function: lambda_.IFunction,
        bucket: str,
        role: iam.Role,
        concurrency: int,
    ) -> None:
        """Declare the machine and its log group; `concurrency` is how many parts are done side by side."""
        super().__init__(scope, construct_id)
        self._function = function
        self.log_group = logs.LogGroup(self, "Logs", retention=LOG_RETENTION, removal_policy=RemovalPolicy.DESTROY)
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=name,
            definition_body=sfn.DefinitionBody.from_chainable(self._definition(bucket, concurrency)),
            role=role.without_policy_updates(),
            timeout=Duration.days(1),
            logs=sfn.LogOptions(destination=self.log_group, level=sfn.LogLevel.ALL, include_execution_data=False),
        )
        # What the construct would allow the role, which takes nothing, beside what it has.
        self.machine.node.try_remove_child("DistributedMapPolicy")
        acknowledge(self, "SF2", reason="Its steps are requests of one function, whose log names week and part")

    def _definition(self, bucket: str, concurrency: int) -> sfn.IChainable:
        plan, finish = self._step("Plan"), self._step("Finish")
        done = sfn.Succeed(self, "Done", comment="Every week was curated, or needed nothing")
        failed = sfn.Fail(self, "Failed", error="WeeksNotCurated", cause="The log of CurateWeek says why")
        parts = self._parts(bucket, concurrency).next(finish)
        any_part = sfn.Choice(self, "AnyPart").when(sfn.Condition.number_equals("$.to_do", 0), finish)
        next_ = (
            sfn.Choice(self, "WhatIsNext")
            .when(sfn.Condition.string_equals("$.next", Next.PLAN), plan)
            .when(sfn.Condition.string_equals("$.next", Next.FAILED), failed)
        )
        finish.next(next_.otherwise(done))
        return plan.next(any_part.otherwise(parts))

    def _step(self, name: str) -> tasks.LambdaInvoke:
        request = {"step": name.lower(), "progress": sfn.JsonPath.entire_payload}
        return self._invoke(name, sfn.TaskInput.from_object(request))

    def _parts(self, bucket: str, concurrency: int) -> sfn.DistributedMap:
        """Return the map over the parts to do; it tolerates that they fail, since what counts is what is done."""
        parts = sfn.DistributedMap(
            self,
            "Parts",
            label=MAP_LABEL,
            max_concurrency=concurrency,
            tolerated_failure_percentage=100,
            item_reader=sfn.S3JsonItemReader(
                bucket=s3.Bucket.from_bucket_name(self, "Bucket", bucket),
                key=sfn.JsonPath.string_at("$.to_do_key"),
            ),
            item_selector={"step": "part", "task": sfn.JsonPath.object_at("$$.Map.Item.Value")},
            result_path=sfn.JsonPath.DISCARD,
        )
        part = self._invoke("Part")
        part.add_retry(errors=[sfn.Errors.ALL], max_attempts=1, interval=Duration.seconds(1))
        parts.item_processor(part)
        return parts

    def _invoke(self, name: str, payload: sfn.TaskInput | None = None) -> tasks.LambdaInvoke:
        """Return the request of a step; without a payload the function gets the state's input."""
        step = tasks.LambdaInvoke(
            self,
            name,
            lambda_function=self._function,
            payload=payload,
            payload_response_only=True,
            retry_on_service_exceptions=False,
        )
        step.add_retry(
            errors=[*_OF_LAMBDA],
            interval=Duration.seconds(2),
            max_attempts=10,
            backoff_rate=2,
            max_delay=Duration.minutes(1),
            jitter_strategy=sfn.JitterType.FULL,
        )
        return step
