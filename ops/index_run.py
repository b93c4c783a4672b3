"""The deployed indexing function, asked to repair: what it writes is what a live event would have written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import msgspec

from schemas.events import repair_event

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


@dataclass(frozen=True)
class Failure:
    """An object that could not be indexed, and why, in one line."""

    key: str
    reason: str


class Repair(Protocol):
    """Makes the items of objects describe their current versions, see `IndexRun.repair`."""

    def __call__(self, keys: Sequence[str], *, force: bool = False) -> list[Failure]:
        """Return those that failed."""
        ...


class _LambdaError(msgspec.Struct):
    """What Lambda answers for an invocation that raised, ran out of time or out of memory."""

    # camel case is Lambda's: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    errorMessage: str = "no reason given"  # noqa: N815


@dataclass(frozen=True)
class IndexRun:
    """Invokes the function and waits for its answer; the client may retry, since a repair is idempotent."""

    client: "LambdaClient"
    function: str

    def repair(self, keys: Sequence[str], *, force: bool = False) -> list[Failure]:
        """Make the items of objects describe their current versions; return those that failed.

        With `force` items are made anew that describe them already.
        """
        reason = self._invoke(keys, force=force)
        if reason is None:
            return []
        if len(keys) == 1:
            return [Failure(keys[0], reason)]
        # The function raises after it has indexed the others, and does not say which object it was.
        return [failure for key in keys for failure in self.repair([key], force=force)]

    def _invoke(self, keys: Sequence[str], *, force: bool) -> str | None:
        payload = msgspec.json.encode(repair_event(keys, force=force))
        answer = self.client.invoke(FunctionName=self.function, Payload=payload)
        content = answer["Payload"].read()
        if "FunctionError" not in answer:
            return None
        return " ".join(msgspec.json.decode(content, type=_LambdaError).errorMessage.split())
