"""Tables of what the index answers, each read from the secondary index that was made for the question."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from ops.screen import show_table
from schemas.keys.grammar import Phase
from schemas.keys.layout import RawKey
from schemas.keys.weeks import Week, parse_date
from schemas.names import COMPLIANCE_INDEX, HALF_LIFE_INDEX, MODEL_DATE_INDEX
from schemas.run_index import Attribute
from tools.local.lake import Item, deserialize

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_WORST: Final = 5
_Row = tuple[str | float | None, ...]


def query(client: "DynamoDBClient", *, table: str, index: str, attribute: Attribute, value: str) -> Iterator[Item]:
    """Yield an index's items of one partition key, in the order of its sort key."""
    pages = client.get_paginator("query").paginate(
        TableName=table,
        IndexName=index,
        KeyConditionExpression="#name = :value",
        ExpressionAttributeNames={"#name": str(attribute)},
        ExpressionAttributeValues={":value": {"S": value}},
    )
    for page in pages:
        for item in page["Items"]:
            yield {name: deserialize(value) for name, value in item.items()}


def mean(items: Iterable[Item], attribute: Attribute) -> float | None:
    """Return the mean of an attribute over the items that have it."""
    values = [float(str(item[attribute])) for item in items if attribute in item]
    return math.fsum(values) / len(values) if values else None


def show_statuses(items: Sequence[Item]) -> None:
    """Print how many objects have each status, and the figures of their lines."""
    by_status: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_status[str(item[Attribute.STATUS])].append(item)
    sums = (Attribute.TURN_COUNT, Attribute.INVALID_LINES)
    rows: list[_Row] = [
        (status, len(found), *(sum(int(str(item[attribute])) for item in found) for attribute in sums))
        for status, found in sorted(by_status.items())
    ]
    show_table("Objects by status", ("status", "objects", "turns", "invalid lines"), rows)
    reasons: dict[str, int] = defaultdict(int)
    for item in items:
        found_reasons = item[Attribute.INVALID_REASONS]
        if isinstance(found_reasons, Mapping):
            for reason, count in found_reasons.items():
                reasons[str(reason)] += int(count)
    show_table("Reasons", ("reason", "lines or objects"), sorted(reasons.items()))


def show_runs(client: "DynamoDBClient", table: str, *, weeks: Sequence[Week], week: Week, model: str) -> None:
    """Print runs by model and phase, the worst half-lives of a week, and one model over the weeks."""
    show_table(
        f"Runs by model and phase ({COMPLIANCE_INDEX})",
        ("model", "phase", "runs", "mean score", "compliance", "half-life turn"),
        list(_by_model_and_phase(client, table, weeks)),
    )
    worst = query(client, table=table, index=HALF_LIFE_INDEX, attribute=Attribute.WEEK, value=str(week))
    show_table(
        f"Worst half-lives of {week} ({HALF_LIFE_INDEX})",
        ("run", "half-life turn", "mean score"),
        [
            (str(item[Attribute.RUN_ID]), str(item[Attribute.HALF_LIFE_TURN]), mean([item], Attribute.MEAN_SCORE))
            for item in islice(worst, _WORST)
        ],
    )
    show_table(
        f"{model} over the weeks ({MODEL_DATE_INDEX})",
        ("week", "runs", "mean score", "compliance"),
        list(_by_week(query(client, table=table, index=MODEL_DATE_INDEX, attribute=Attribute.MODEL, value=model))),
    )


def _by_model_and_phase(client: "DynamoDBClient", table: str, weeks: Sequence[Week]) -> Iterator[_Row]:
    cells: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for week in weeks:
        for phase in Phase:
            for item in query(
                client,
                table=table,
                index=COMPLIANCE_INDEX,
                attribute=Attribute.WEEK_PHASE,
                value=f"{week}#{phase}",
            ):
                # The table's key is projected into every index, and names the model.
                cells[RawKey.parse(str(item[Attribute.OBJECT_KEY])).model, phase].append(item)
    for (model, phase_id), items in sorted(cells.items()):
        figures = (Attribute.MEAN_SCORE, Attribute.COMPLIANCE_RATE, Attribute.HALF_LIFE_TURN)
        yield model, phase_id, len(items), *(mean(items, attribute) for attribute in figures)


def _by_week(items: Iterable[Item]) -> Iterator[_Row]:
    weeks: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        weeks[str(Week.of(parse_date(str(item[Attribute.DT]))))].append(item)
    for week, found in sorted(weeks.items()):
        yield week, len(found), mean(found, Attribute.MEAN_SCORE), mean(found, Attribute.COMPLIANCE_RATE)
