"""The deployed indexing function, asked to repair: what it writes is what a live event would have written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from lake.events import RepairReport, repair_event
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


@dataclass(frozen=True)
class Repaired:
    """What became of a request: which objects failed, and which are archived and so were not read."""

    failures: list[Failure] = field(default_factory=list)
    archived: list[str] = field(default_factory=list)

    def __add__(self, other: "Repaired") -> "Repaired":
        """Return what became of both."""
        return Repaired(self.failures + other.failures, self.archived + other.archived)


class Repair(Protocol):
    """Makes the items of objects describe their current versions, see `IndexRun.repair`."""

    def __call__(self, keys: Sequence[str], *, force: bool = False) -> Repaired:
        """Return what became of them."""
        ...


@dataclass(frozen=True)
class IndexRun:
    """Invokes the function and waits for its answer; the client may retry, since a repair is idempotent."""

    client: "LambdaClient"
    function: str

    def repair(self, keys: Sequence[str], *, force: bool = False) -> Repaired:
        """Make the items of objects describe their current versions; return what became of them.

        With `force` items that describe them already are written again.
        """
        return attempt(
            lambda: self._repair(keys, force=force), lambda why: Repaired([Failure(key, why) for key in keys])
        )

    def _repair(self, keys: Sequence[str], *, force: bool) -> Repaired:
        try:
            answer = invoke(self.client, self.function, repair_event(keys, force=force))
        except InvocationError as error:
            if len(keys) == 1:
                return Repaired([Failure(keys[0], str(error))])
            # It ran out of time or memory, over an object that is in one of the halves.
            middle = len(keys) // 2
            return self.repair(keys[:middle], force=force) + self.repair(keys[middle:], force=force)
        report = msgspec.json.decode(answer, type=RepairReport)
        return Repaired([Failure(*each) for each in report.failures.items()], report.archived)


def give_up_after(failures: Sequence[Failure]) -> None:
    """Raise `CommandError` where so much has failed that it is not the objects' fault."""
    if len(failures) > MOST_FAILURES:
        last = failures[-1]
        raise CommandError(f"gave up after {len(failures):,} failures, the last of them {last.key}: {last.reason}")
