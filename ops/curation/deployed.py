"""Curation by the deployed function."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from ops.curation.engine import CurationFailedError
from ops.invoke import InvocationError, invoke
from schemas.curation import CurationReport, CurationRequest, WeekReport

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@dataclass(frozen=True)
class DeployedEngine:
    """Invokes the function and waits for its answer."""

    client: "LambdaClient"
    function: str

    def ask(self, request: CurationRequest) -> list[WeekReport]:
        """Carry out the request and return what became of its weeks; raise `CurationFailedError` if one failed."""
        try:
            answer = invoke(self.client, self.function, request)
        except InvocationError as error:
            raise CurationFailedError(str(error)) from error
        return msgspec.json.decode(answer, type=CurationReport).weeks
