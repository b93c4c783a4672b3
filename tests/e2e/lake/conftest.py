"""The real templates, deployed once into an embedded AWS, and a role that only the bucket policy holds back."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import pytest

from ops.deployment import Deployment
from schemas.names import Function, Names, Output, Part
from schemas.roles import Role
from schemas.run_index import Attribute, run_id_of
from tools.local.deploy import bootstrap, deploy
from tools.local.emulator import Emulator
from tools.local.endpoint import Credentials, Endpoint
from tools.local.roles import s3_role

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef
    from mypy_boto3_s3 import S3Client

SECONDS: Final = 60.0
WRITER: Final = "Writer"

_T = TypeVar("_T")
Item = Mapping[str, "AttributeValueTypeDef"]


@dataclass(frozen=True)
class Lake:
    """The deployed lake, as its users reach it."""

    endpoint: Endpoint
    deployment: Deployment
    writer: Credentials

    def s3(self, *, tls: bool = True) -> "S3Client":
        """Return the writer's client; root bypasses every policy."""
        return self.endpoint.client("s3", credentials=self.writer, tls=tls)

    def role_arn(self, role: Role) -> str:
        return self.deployment.find(Part.ACCESS, role.output)

    def item(self, key: str) -> Item | None:
        identity: Item = {Attribute.RUN_ID: {"S": run_id_of(key)}, Attribute.OBJECT_KEY: {"S": key}}
        table = self.deployment.output(Output.RUNS_TABLE)
        return self.endpoint.client("dynamodb").get_item(TableName=table, Key=identity).get("Item")

    def put(self, key: str, content: bytes) -> Item:
        """Put a raw object and return its item, once IndexRun has written that version's."""
        version_id = self.s3().put_object(Bucket=self.deployment.bucket, Key=key, Body=content)["VersionId"]
        return self.indexed(key, version_id)

    def indexed(self, key: str, version_id: str) -> Item:
        found = eventually(lambda: self.item(key), lambda item: item["version_id"]["S"] == version_id)
        assert found, f"{key} version {version_id} was not indexed within {SECONDS:g} s"
        return found

    def metrics(self, function: str, act: Callable[[], object]) -> Mapping[str, object]:
        """Do something, and return the metrics that a function logs of it; nothing else may call it meanwhile."""
        configuration = self.endpoint.client("lambda").get_function_configuration(FunctionName=function)
        group = configuration["LoggingConfig"]["LogGroup"]
        before = len(self._metrics(group))
        act()
        found = eventually(lambda: self._metrics(group)[before:], bool)
        assert found, f"{function} logged no metrics within {SECONDS:g} s"
        return found[0]

    def _metrics(self, group: str) -> list[Mapping[str, object]]:
        pages = self.endpoint.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        messages = [event["message"] for page in pages for event in page["events"]]
        return [json.loads(message) for message in messages if message.startswith('{"_aws":')]

    def index(self, event: object) -> None:
        """Invoke IndexRun and wait for its answer, which must be a success."""
        answer = self.endpoint.client("lambda").invoke(
            FunctionName=self.deployment.function(Function.INDEX_RUN), Payload=json.dumps(event).encode()
        )
        assert "FunctionError" not in answer, answer["Payload"].read()


def eventually(read: Callable[[], _T | None], accept: Callable[[_T], bool]) -> _T | None:
    """Return what is read once it is accepted, None where that does not happen in time."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if (found := read()) and accept(found):
            return found
    return None


@contextmanager
def deployed_lake() -> Iterator[Lake]:
    """Give a lake of its own to tests which others would disturb."""
    with Emulator() as endpoint:
        bootstrap(endpoint)
        deploy(endpoint, context={"bundling": "host", "alert_email": "on-call@example.com"})
        deployment = Deployment(
            names=Names(), cloudformation=lambda region: endpoint.client("cloudformation", region=region)
        )
        yield Lake(endpoint, deployment, s3_role(endpoint, WRITER))


@pytest.fixture(scope="session")
def lake() -> Iterator[Lake]:
    with deployed_lake() as lake:
        yield lake
