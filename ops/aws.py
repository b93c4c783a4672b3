"""Clients of AWS, or of whatever endpoint stands in for it, made when first needed."""

import getpass
import sys
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final, TypedDict

import boto3
from botocore.client import BaseClient
from botocore.config import Config

from lake.listing import Bucket
from ops.failures import UnusableError, in_the_sdk
from schemas.names import PRIMARY_REGION

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient
    from obstore.store import S3Store

    from ops.curation.deployed import StepFunctions

# Requests that run side by side; each needs its connection, or they wait for one another.
CONNECTIONS: Final = 16
# Lambda's own limit, and some for the way there and back, in seconds.
_LONGEST_INVOCATION: Final = 15 * 60 + 30
# Ten functions may run at a time in a new account; more than that wait for their turn.
_INVOCATION_ATTEMPTS: Final = 10


class _Options(TypedDict):
    region_name: str
    endpoint_url: str | None
    verify: str | None
    config: Config


class _Guarded(BaseClient):
    """What every client is, too: whatever fails in it because of how it is configured is an `UnusableError`."""

    def _make_api_call(self, operation_name: str, api_params: object) -> object:
        with in_the_sdk():
            return super()._make_api_call(operation_name, api_params)  # type: ignore[misc] # unknown to its stubs


def _guard(base_classes: list[type], **_: object) -> None:
    """Extend a client's class: https://docs.aws.amazon.com/boto3/latest/guide/events.html."""
    if _Guarded not in base_classes:
        base_classes.insert(0, _Guarded)


def _ask(prompt: str) -> str:
    """Return the code of a device that a profile asks for; raise `UnusableError` where there is nobody to ask."""
    if sys.stdin is None or not sys.stdin.isatty():
        raise UnusableError("the AWS profile asks for a code (mfa_serial): expected a terminal to ask on")
    return getpass.getpass(prompt)


@dataclass(frozen=True)
class Access:
    """What another process needs to make the same clients: a Region, an endpoint, and credentials as they are now."""

    home: str
    endpoint_url: str | None
    ca_bundle: str | None
    access_key: str | None
    secret_key: str | None = field(repr=False)
    token: str | None = field(repr=False)

    def aws(self) -> "Aws":
        """Return the clients."""
        session = boto3.Session(self.access_key, self.secret_key, self.token)
        return Aws(session, endpoint_url=self.endpoint_url, ca_bundle=self.ca_bundle, home=self.home)


class Aws:
    """Clients by service and Region; without an endpoint the session's or the environment's settings hold."""

    def __init__(
        self,
        session: boto3.Session | None = None,
        *,
        endpoint_url: str | None = None,
        ca_bundle: str | None = None,
        home: str = PRIMARY_REGION,
    ) -> None:
        """Take a session, whose own Region has no effect: a client is of `home` unless another is named."""
        self.home = home
        self._given = session
        self._endpoint_url = endpoint_url
        self._ca_bundle = ca_bundle
        self._config = Config(max_pool_connections=CONNECTIONS, retries={"mode": "standard"})
        # One client for each service and Region, which threads may share.
        self.athena = cache(in_the_sdk()(self._athena))
        self.cloudformation = cache(in_the_sdk()(self._cloudformation))
        self.dynamodb = cache(in_the_sdk()(self._dynamodb))
        self.glue = cache(in_the_sdk()(self._glue))
        self.iam = cache(in_the_sdk()(self._iam))
        self.lambda_ = cache(in_the_sdk()(self._lambda))
        self.repeatable_lambda = cache(in_the_sdk()(self._repeatable_lambda))
        self.logs = cache(in_the_sdk()(self._logs))
        self.objects = in_the_sdk()(self._objects)
        self.s3 = cache(in_the_sdk()(self._s3))
        self.sqs = cache(in_the_sdk()(self._sqs))
        self.step_functions = cache(in_the_sdk()(self._step_functions))
        self.sts = cache(in_the_sdk()(self._sts))

    @cached_property
    def _session(self) -> boto3.Session:
        """The session, which reads the configuration: not before something is asked of AWS."""
        session = self._given or boto3.Session()
        session.events.register("creating-client-class", _guard)
        # Its default would warn on standard error, and then read a code from whatever standard input is.
        session._session.get_component("credential_provider").get_provider("assume-role")._prompter = _ask  # noqa: SLF001
        return session

    @in_the_sdk()
    def access(self) -> Access:
        """Return what another process needs to make these clients; raise `UnusableError` without credentials."""
        if (credentials := self._session.get_credentials()) is None:
            raise UnusableError("Unable to locate credentials")
        found = credentials.get_frozen_credentials()
        return Access(self.home, self._endpoint_url, self._ca_bundle, found.access_key, found.secret_key, found.token)

    def _options(self, region: str | None) -> _Options:
        return {
            "region_name": region or self.home,
            "endpoint_url": self._endpoint_url,
            "verify": self._ca_bundle,
            "config": self._config,
        }

    def _athena(self, region: str | None = None) -> "AthenaClient":
        return self._session.client("athena", **self._options(region))

    def _cloudformation(self, region: str | None = None) -> "CloudFormationClient":
        return self._session.client("cloudformation", **self._options(region))

    def _dynamodb(self, region: str | None = None) -> "DynamoDBClient":
        return self._session.client("dynamodb", **self._options(region))

    def _glue(self, region: str | None = None) -> "GlueClient":
        return self._session.client("glue", **self._options(region))

    def _iam(self) -> "IAMClient":
        return self._session.client("iam", **self._options(None))

    def _lambda(self, region: str | None = None) -> "LambdaClient":
        """Waits as long as a function may run, and asks once: a second request would be a second invocation."""
        return self._invoking(region, attempts=1)

    def _repeatable_lambda(self, region: str | None = None) -> "LambdaClient":
        """Asks again where it was throttled or lost the connection: for functions that may run twice."""
        return self._invoking(region, attempts=_INVOCATION_ATTEMPTS)

    def _invoking(self, region: str | None, *, attempts: int) -> "LambdaClient":
        options = self._options(region)
        options["config"] = Config(
            read_timeout=_LONGEST_INVOCATION,
            retries={"mode": "standard", "total_max_attempts": attempts},
            max_pool_connections=CONNECTIONS,
            tcp_keepalive=True,
        )
        return self._session.client("lambda", **options)

    def _logs(self, region: str | None = None) -> "CloudWatchLogsClient":
        return self._session.client("logs", **self._options(region))

    def _s3(self, region: str | None = None) -> "S3Client":
        return self._session.client("s3", **self._options(region))

    def bucket(self, name: str) -> Bucket:
        """Return a bucket by the S3 client and by obstore."""
        return Bucket(name, self.s3(), self.objects(name))

    def _objects(self, bucket: str) -> "S3Store":
        """Return a reader of a bucket's objects that takes far less of the processor than the S3 client.

        It trusts the machine's certificates, or those in `SSL_CERT_FILE`.
        """
        # It would slow down the start of every command.
        from obstore.auth.boto3 import Boto3CredentialProvider  # noqa: PLC0415
        from obstore.store import S3Store  # noqa: PLC0415

        return S3Store(
            bucket,
            region=self.home,
            credential_provider=Boto3CredentialProvider(self._session),
            client_options={"timeout": "120s"},
            config={"endpoint": self._endpoint_url} if self._endpoint_url else None,
        )

    def _step_functions(self, region: str | None = None) -> "StepFunctions":
        client: StepFunctions = self._session.client("stepfunctions", **self._options(region))
        return client

    def _sqs(self, region: str | None = None) -> "SQSClient":
        return self._session.client("sqs", **self._options(region))

    def _sts(self) -> "STSClient":
        return self._session.client("sts", **self._options(None))
