"""A Python function on Lambda: its bundle, its own log group, and its role."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

import jsii
from aws_cdk import (
    AssetHashType,
    BundlingOptions,
    CfnOutput,
    DockerImage,
    Duration,
    ILocalBundling,
    RemovalPolicy,
    Size,
    aws_iam as iam,
    aws_lambda as lambda_,
    aws_lambda_destinations as destinations,
    aws_logs as logs,
    aws_sqs as sqs,
)
from constructs import Construct

from schemas.names import Function
from stacks.constructs.acknowledge import acknowledge, acknowledge_wildcards, patterns
from stacks.constructs.bundle import Bundle, BundleError
from stacks.lake_stack import LakeStack

# `LOGS_DAYS`, of which CDK has a member for some numbers alone.
LOG_RETENTION: Final = logs.RetentionDays.SIX_MONTHS


class PythonFunction(Construct):
    """A function, its role and its log group; nothing else, and no custom resource.

    The log group has a generated name and goes with the stack: what must outlast it is in the bucket.
    `allow` adds permissions to the role. The queue `on_failure` receives the
    invocation record of an event that failed all its retries, or waited for them longer than
    `max_event_age`.
    """

    def __init__(
        self,
        stack: LakeStack,
        function: Function,
        *,
        bundle: Bundle,
        description: str,
        environment: Mapping[str, str],
        memory_mib: int,
        timeout: Duration,
        on_failure: sqs.IQueue,
        max_event_age: Duration,
        ephemeral_storage: Size | None = None,
        role: iam.IRole | None = None,
    ) -> None:
        """Declare the function and the output that names it; raise `BundleError` if the bundle cannot be made.

        A `role` that is given exists already, and has all its permissions.
        """
        super().__init__(stack, function)
        self.log_group, self.role = self._surroundings(role)
        with _code(bundle) as code:
            self.function = lambda_.Function(
                self,
                "Function",
                function_name=stack.names.function(function),
                description=description,
                code=code,
                handler=bundle.handler,
                runtime=lambda_.Runtime.PYTHON_3_13,
                architecture=lambda_.Architecture.ARM_64,
                environment=dict(environment),
                memory_size=memory_mib,
                ephemeral_storage_size=ephemeral_storage,
                timeout=timeout,
                role=self.role,
                log_group=self.log_group,
                logging_format=lambda_.LoggingFormat.JSON,
                on_failure=destinations.SqsDestination(on_failure),
                retry_attempts=function.retries,
                max_event_age=max_event_age,
            )
        CfnOutput(
            stack,
            function.output,
            value=self.function.function_name,
            description=f"Function that {function.purpose}",
        )

    def allow(self, statements: Sequence[iam.PolicyStatement], *, reason: str) -> None:
        """Add statements to the function's role; `reason` says why the patterns in them are not narrower."""
        for statement in statements:
            self.role.add_to_principal_policy(statement)
        acknowledge_wildcards(self.role, patterns(statements), reason=reason)

    def _surroundings(self, role: iam.IRole | None) -> tuple[logs.LogGroup, iam.IRole]:
        """Declare the log group and, unless there is one, the role; say why the runtime is not the newest."""
        log_group = logs.LogGroup(self, "Logs", retention=LOG_RETENTION, removal_policy=RemovalPolicy.DESTROY)
        if role is None:
            role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
            log_group.grant_write(role)
        acknowledge(self, "L1", reason="The wheels are pinned for 3.13, which Lambda supports until 2029")
        return log_group, role


@jsii.implements(ILocalBundling)
class _LocalBundling:
    """Hands CDK's request for a bundle to `Bundle.write`, and keeps the error that jsii would wrap.

    jsii passes the options as one positional argument, where `ILocalBundling` is typed with keywords.
    """

    def __init__(self, *, bundle: Bundle) -> None:
        self._bundle = bundle
        self.failure: BundleError | None = None

    def try_bundle(self, output_dir: str, options: BundlingOptions) -> bool:  # noqa: ARG002 - jsii's signature
        """Return True, always: False would make CDK start Docker."""
        try:
            self._bundle.write(Path(output_dir))
        except BundleError as error:
            self.failure = error
            raise
        return True


@contextmanager
def _code(bundle: Bundle) -> Iterator[lambda_.AssetCode]:
    """Give the code; raise the bundle's own error, one line, where jsii would wrap what its callback raised."""
    local = _LocalBundling(bundle=bundle)
    try:
        yield lambda_.Code.from_asset(
            str(bundle.source),
            asset_hash=bundle.fingerprint(),
            asset_hash_type=AssetHashType.CUSTOM,
            bundling=BundlingOptions(
                image=DockerImage.from_registry("never-pulled"), local=cast("ILocalBundling", local)
            ),
        )
    except RuntimeError:
        if local.failure:
            raise local.failure from None
        raise
