"""Curation by the deployed function."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from ops.curation.engine import CurationFailedError, reports
from ops.failures import CommandError
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
            answer = invoke(self.client, self.function, replace(request, report_failures=True))
        except InvocationError as error:
            raise CurationFailedError(str(error)) from error
        try:
            report = msgspec.json.decode(answer, type=CurationReport)
        except msgspec.DecodeError as error:
            raise CommandError(f"{self.function} is of another version, deploy this one: {error}") from None
        return reports(report)
