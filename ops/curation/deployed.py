"""Curation by the deployed function."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from ops.curation.engine import CurationFailedError
from schemas.curation import CurationReport, CurationRequest, WeekReport

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class _LambdaError(msgspec.Struct):
    """What Lambda answers for an invocation that raised, ran out of time or out of memory."""

    # camel case is Lambda's: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    errorMessage: str = "no reason given"  # noqa: N815


@dataclass(frozen=True)
class DeployedEngine:
    """Invokes the function and waits for its answer."""

    client: "LambdaClient"
    function: str

    def ask(self, request: CurationRequest) -> list[WeekReport]:
        """Carry out the request and return what became of its weeks; raise `CurationFailedError` if one failed."""
        answer = self.client.invoke(FunctionName=self.function, Payload=msgspec.json.encode(request))
        payload = answer["Payload"].read()
        if "FunctionError" in answer:
            raise CurationFailedError(msgspec.json.decode(payload, type=_LambdaError).errorMessage)
        return msgspec.json.decode(payload, type=CurationReport).weeks
