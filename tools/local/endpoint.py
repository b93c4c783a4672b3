"""What a client of the running emulator needs: its address, account, trusted certificate and credentials."""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypedDict, Unpack, overload

import boto3

from tools.local.isolation import NO_SETTINGS

if TYPE_CHECKING:
    from mypy_boto3_athena import AthenaClient
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import AssumeRoleRequestTypeDef

ServiceName = Literal[
    "athena",
    "cloudformation",
    "cloudwatch",
    "dynamodb",
    "glue",
    "iam",
    "lambda",
    "logs",
    "s3",
    "scheduler",
    "sns",
    "sqs",
    "sts",
]


_JSII_CACHE: Final = Path(__file__).resolve().parents[2] / ".venv" / ".cache" / "jsii"


@dataclass(frozen=True)
class Credentials:
    """Keys that sign requests; without a token they are a user's, with one a role's."""

    access_key: str
    secret_key: str
    token: str | None = None


ROOT: Final = Credentials("test", "test")
"""The account's root. Bucket policies do not bind it: show a denial as a role."""


class ClientOptions(TypedDict, total=False):
    """How a client differs from the root's in the first Region over TLS."""

    region: str | None
    credentials: Credentials
    tls: bool
    """False talks plain HTTP."""


@dataclass(frozen=True)
class Endpoint:
    """A running emulator."""

    url: str
    plain_url: str
    """The same service without TLS: its requests carry `aws:SecureTransport` false."""
    ca_bundle: Path
    account_id: str
    region: str
    folder: Path
    """This run's own folder: logs, temporary files and tool caches."""

    def environment(self, *, region: str | None = None, credentials: Credentials = ROOT) -> dict[str, str]:
        """Return the whole environment of a process that reaches this emulator and nothing else.

        Of the caller's it has only PATH.
        """
        token = {"AWS_SESSION_TOKEN": credentials.token} if credentials.token else {}
        return {
            **NO_SETTINGS,
            **token,
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder / "tmp"),
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_REGION": region or self.region,
            "AWS_DEFAULT_REGION": region or self.region,
            "AWS_ENDPOINT_URL": self.url,
            "AWS_CA_BUNDLE": str(self.ca_bundle),
            "NODE_EXTRA_CA_CERTS": str(self.ca_bundle),
            "SSL_CERT_FILE": str(self.ca_bundle),
            "CDK_HOME": str(self.folder / "cdk"),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(_JSII_CACHE),
        }

    @overload
    def client(self, service: Literal["athena"], **options: Unpack[ClientOptions]) -> "AthenaClient": ...
    @overload
    def client(
        self, service: Literal["cloudformation"], **options: Unpack[ClientOptions]
    ) -> "CloudFormationClient": ...
    @overload
    def client(self, service: Literal["cloudwatch"], **options: Unpack[ClientOptions]) -> "CloudWatchClient": ...
    @overload
    def client(self, service: Literal["dynamodb"], **options: Unpack[ClientOptions]) -> "DynamoDBClient": ...
    @overload
    def client(self, service: Literal["glue"], **options: Unpack[ClientOptions]) -> "GlueClient": ...
    @overload
    def client(self, service: Literal["iam"], **options: Unpack[ClientOptions]) -> "IAMClient": ...
    @overload
    def client(self, service: Literal["lambda"], **options: Unpack[ClientOptions]) -> "LambdaClient": ...
    @overload
    def client(self, service: Literal["logs"], **options: Unpack[ClientOptions]) -> "CloudWatchLogsClient": ...
    @overload
    def client(self, service: Literal["s3"], **options: Unpack[ClientOptions]) -> "S3Client": ...
    @overload
    def client(
        self, service: Literal["scheduler"], **options: Unpack[ClientOptions]
    ) -> "EventBridgeSchedulerClient": ...
    @overload
    def client(self, service: Literal["sns"], **options: Unpack[ClientOptions]) -> "SNSClient": ...
    @overload
    def client(self, service: Literal["sqs"], **options: Unpack[ClientOptions]) -> "SQSClient": ...
    @overload
    def client(self, service: Literal["sts"], **options: Unpack[ClientOptions]) -> "STSClient": ...
    def client(self, service: ServiceName, **options: Unpack[ClientOptions]) -> object:
        """Return a boto3 client of this emulator, the same one for the same arguments.

        Region, keys and certificate are given explicitly, so no setting of the machine can point it elsewhere.
        """
        region, credentials = options.get("region") or self.region, options.get("credentials", ROOT)
        return _client(self, service, region, credentials, options.get("tls", True))

    def session(self, *, region: str | None = None, credentials: Credentials = ROOT) -> boto3.Session:
        """Return a boto3 session with keys and Region; its clients still need this endpoint's URL."""
        return boto3.Session(
            aws_access_key_id=credentials.access_key,
            aws_secret_access_key=credentials.secret_key,
            aws_session_token=credentials.token,
            region_name=region or self.region,
        )

    def assume(self, role_arn: str, *, session_name: str = "local", mfa: bool = False) -> Credentials:
        """Return credentials of a role, as STS hands them out to the account's root, with a second factor or not."""
        request: AssumeRoleRequestTypeDef = {"RoleArn": role_arn, "RoleSessionName": session_name}
        if mfa:
            request |= {"SerialNumber": f"arn:aws:iam::{self.account_id}:mfa/local", "TokenCode": "123456"}
        issued = self.client("sts").assume_role(**request)["Credentials"]
        return Credentials(issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])


@lru_cache(maxsize=128)
def _client(
    endpoint: Endpoint,
    service: ServiceName,
    region: str,
    credentials: Credentials,
    tls: bool,  # noqa: FBT001 (lru_cache tells positional and keyword arguments apart)
) -> object:
    """Make a client, which takes tens of milliseconds and may be used from several threads."""
    session = endpoint.session(region=region, credentials=credentials)
    if not tls:
        return session.client(service, endpoint_url=endpoint.plain_url)
    return session.client(service, endpoint_url=endpoint.url, verify=str(endpoint.ca_bundle))
