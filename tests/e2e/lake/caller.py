"""The rows and columns of the matrix of permissions: operations, and the principals that try them."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.names import PRIMARY_REGION, REPLICA_REGION, Function, Output
from schemas.roles import Role
from tests.e2e.lake.conftest import Lake, eventually
from tools.local.endpoint import ROOT, Credentials

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_serials = itertools.count(1000)


@dataclass(frozen=True)
class Caller:
    """A principal of the matrix; `serial` makes the names that it uses unique."""

    lake: Lake
    credentials: Credentials
    serial: int = field(default_factory=lambda: next(_serials))

    def s3(self, *, replica: bool = False) -> "S3Client":
        region = REPLICA_REGION if replica else PRIMARY_REGION
        return self.lake.endpoint.client("s3", region=region, credentials=self.credentials)

    def bucket(self, *, replica: bool = False) -> str:
        return self.lake.deployment.replica_bucket if replica else self.lake.deployment.bucket

    def given(self, key: str, *, replica: bool = False) -> str:
        """Put an object as root, whom no policy binds; return its version's id."""
        root = Caller(self.lake, ROOT)
        stored = root.s3(replica=replica).put_object(Bucket=self.bucket(replica=replica), Key=key, Body=b"{}")
        return stored["VersionId"]

    @property
    def query(self) -> str:
        """The id of a query that somebody ran in the lake's workgroup."""
        started = self.lake.endpoint.client("athena").start_query_execution(
            QueryString="SELECT 1", WorkGroup=self.lake.deployment.output(Output.WORKGROUP)
        )
        return started["QueryExecutionId"]

    @property
    def answered_query(self) -> str:
        """The id of such a query, once it has an answer."""
        query, athena = self.query, self.lake.endpoint.client("athena")

        def state() -> str:
            return athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"]

        assert eventually(state, lambda found: found not in {"QUEUED", "RUNNING"}) == "SUCCEEDED"
        return query

    @property
    def other_database(self) -> str:
        """A database that is none of the lake's."""
        name = f"other{self.serial}"
        self.lake.endpoint.client("glue").create_database(DatabaseInput={"Name": name})
        return name

    @property
    def letter(self) -> str:
        """The receipt of a message that somebody took from a dead-letter queue."""
        sqs, url = self.lake.endpoint.client("sqs"), self.lake.deployment.output(Output.CURATION_DEAD_LETTERS)
        sqs.send_message(QueueUrl=url, MessageBody="{}")
        (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
        return message["ReceiptHandle"]

    @property
    def log_group(self) -> str:
        found = self.lake.endpoint.client("lambda").get_function_configuration(
            FunctionName=self.lake.deployment.function(Function.INDEX_RUN)
        )
        return found["LoggingConfig"]["LogGroup"]


@dataclass(frozen=True)
class Operation:
    """Something that these roles may do and no other may."""

    name: str
    roles: frozenset[Role]
    call: Callable[[Caller], object]


def operation(name: str, call: Callable[[Caller], object], *roles: Role) -> Operation:
    return Operation(name, frozenset(roles), call)
