"""The deployed indexing function, asked to repair: what it writes is what a live event would have written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from lake.events import repair_event
from ops.failures import CommandError, attempt
from ops.invoke import InvocationError, invoke

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# A new account may run ten functions at a time, and live events go on.
WORKERS: Final = 6
# After so many it is no longer the objects that are at fault.
MOST_FAILURES: Final = 1000


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


@dataclass(frozen=True)
class IndexRun:
    """Invokes the function and waits for its answer; the client may retry, since a repair is idempotent."""

    client: "LambdaClient"
    function: str

    def repair(self, keys: Sequence[str], *, force: bool = False) -> list[Failure]:
        """Make the items of objects describe their current versions; return those that failed.

        With `force` items that describe them already are written again.
        """
        return attempt(lambda: self._repair(keys, force=force), lambda why: [Failure(key, why) for key in keys])

    def _repair(self, keys: Sequence[str], *, force: bool) -> list[Failure]:
        try:
            invoke(self.client, self.function, repair_event(keys, force=force))
        except InvocationError as error:
            if len(keys) == 1:
                return [Failure(keys[0], str(error))]
            # The function raises after it has indexed the others, and does not say which object it was.
            return [failure for key in keys for failure in self.repair([key], force=force)]
        return []


def give_up_after(failures: Sequence[Failure]) -> None:
    """Raise `CommandError` where so much has failed that it is not the objects' fault."""
    if len(failures) > MOST_FAILURES:
        last = failures[-1]
        raise CommandError(f"gave up after {len(failures):,} failures, the last of them {last.key}: {last.reason}")
