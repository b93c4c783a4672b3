"""Repairs what the reconciliation found: by `IndexRun`, and by removing items that it cannot reach."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from lambdas.reconcile_daily.compare import Difference, DifferenceKind, State
from lambdas.reconcile_daily.repair import batches_of_states, keys_of_archived, keys_to_index
from ops.failures import attempt
from ops.index.index_run import WORKERS, Failure, Repair, give_up_after
from ops.parallel import in_parallel
from schemas.run_index import Attribute

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import DeleteItemInputTypeDef


@dataclass(frozen=True)
class Misplaced:
    """Items under another partition key than their object's: IndexRun never looks there."""

    client: "DynamoDBClient"
    table: str

    def remove(self, difference: Difference) -> None:
        """Remove the item unless it changed since it was seen."""
        request: DeleteItemInputTypeDef = {
            "TableName": self.table,
            "Key": {Attribute.RUN_ID: {"S": difference.run_id}, Attribute.OBJECT_KEY: {"S": difference.key}},
            "ConditionExpression": f"attribute_not_exists({Attribute.VERSION_ID})",
        }
        if difference.indexed and difference.indexed.version_id:
            request["ConditionExpression"] = f"{Attribute.VERSION_ID} = :version"
            request["ExpressionAttributeValues"] = {":version": {"S": difference.indexed.version_id}}
        try:
            self.client.delete_item(**request)
        except self.client.exceptions.ConditionalCheckFailedException:
            return


@dataclass
class Repairs:
    """What became of differences: how many are gone, which are left, and what IndexRun failed with."""

    repaired: int = 0
    left: list[Difference] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Repairer:
    """Repairs states; `look_again` says what is left of their differences, `follow` gets how many are done.

    `why_unreadable` says of an archived object's key what to do before it can be indexed.
    """

    repair: Repair
    remove: Callable[[Difference], object]
    look_again: Callable[[State], State]
    why_unreadable: Callable[[str], str]
    follow: Callable[[int], object] = lambda _: None
    done: Repairs = field(default_factory=Repairs)

    def act(self, states: Iterable[State]) -> None:
        """Repair side by side, batch by batch as the states are found; raise `CommandError` where too much fails."""
        done = self.done
        for found, left, failures in in_parallel(self._repair, batches_of_states(states), workers=WORKERS):
            done.repaired += max(0, found - len(left))
            done.left += left
            done.failures += failures
            give_up_after(done.failures)
            self.follow(found)

    def _repair(self, batch: list[State]) -> tuple[int, list[Difference], list[Failure]]:
        differences = [difference for state in batch for difference in state.differences()]
        misplaced = [found for found in differences if found.kind is DifferenceKind.MISPLACED_ITEM]
        failures: list[Failure] = []
        for difference in misplaced:
            attempt(partial(self.remove, difference), partial(_add, failures, difference.key))
        keys = keys_to_index(batch)
        failures += self.repair(keys).failures if keys else []
        failures += [Failure(key, self.why_unreadable(key)) for key in keys_of_archived(batch)]
        left = [difference for state in batch for difference in self.look_again(state).differences()]
        return len(differences), left, failures


def _add(failures: list[Failure], key: str, why: str) -> None:
    failures.append(Failure(key, why))
