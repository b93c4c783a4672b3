"""Reindexing, reconciling and redriving what is deployed, in the operator's role, and the daily reconciliation."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import pytest

from lake.events import repair_event
from schemas.keys.grammar import Phase
from schemas.keys.layout import RawKey
from schemas.names import Function, Metric, Output
from schemas.roles import Role
from schemas.run_index import Attribute, run_id_of
from tests.e2e.lake.conftest import Lake, eventually
from tests.lambdas.index_run.turns import RAW_KEY, line
from tests.ops.dead_letters.letters import as_attributes, record, undelivered

pytestmark = pytest.mark.e2e

ROOT: Final = Path(__file__).resolve().parents[3]
# of its own, so that other tests' objects are not in it
DAY: Final = date(2025, 7, 16)


def ops(lake: Lake, *arguments: str, code: int = 0) -> dict[str, object]:
    """Run a command as the operator and return its JSON."""
    credentials = lake.endpoint.assume(lake.role_arn(Role.OPERATOR))
    ended = subprocess.run(
        [sys.executable, "-m", "ops", "--json", *arguments],
        cwd=ROOT,
        env=lake.endpoint.environment(credentials=credentials),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code, ended.stderr + ended.stdout
    answered: dict[str, object] = json.loads(ended.stdout)
    return answered


def raw_key(day: date, number: int) -> str:
    return str(RawKey(day, RAW_KEY.model, Phase.P2, f"01HQVZ3K9X1234567890100{number:03}"))


def put(lake: Lake, key: str) -> None:
    lake.put(key, line(run_id=RawKey.parse(key).run_id))


def lose_item(lake: Lake, key: str) -> None:
    lake.endpoint.client("dynamodb").delete_item(
        TableName=lake.deployment.output(Output.RUNS_TABLE),
        Key={Attribute.RUN_ID: {"S": run_id_of(key)}, Attribute.OBJECT_KEY: {"S": key}},
    )


def lose_object(lake: Lake, key: str) -> None:
    lake.s3().delete_object(Bucket=lake.deployment.bucket, Key=key)


def test_a_lost_index_is_rebuilt_and_what_has_no_object_is_removed(lake: Lake) -> None:
    lost, orphan, kept = (raw_key(DAY, number) for number in range(3))
    for key in (lost, orphan, kept):
        put(lake, key)
    before = lake.item(kept)
    lose_item(lake, lost)
    lose_object(lake, orphan)

    chosen = ["--since", str(DAY), "--until", str(DAY)]
    assert ops(lake, "reindex", *chosen)["objects"] == 2
    assert lake.item(lost) is not None
    assert lake.item(kept) == before

    week = {"2025-W29": "missing"}
    found = ops(lake, "reconcile", *chosen, code=1)
    assert (found["objects"], found["items"], found["counts"], found["curated"]) == (2, 3, {"orphan_item": 1}, week)
    repaired = ops(lake, "reconcile", *chosen, "--repair")["repaired"]
    assert isinstance(repaired, dict)
    assert (repaired["differences"], repaired["left"]) == (1, [])
    assert repaired["curated"] == {"2025-W29": "current"}
    assert lake.item(orphan) is None
    assert ops(lake, "reconcile", *chosen)["reconciled"] is True


def test_an_item_in_a_wrong_place_is_removed(lake: Lake) -> None:
    key = raw_key(DAY, 10)
    put(lake, key)
    item = lake.item(key)
    assert item
    misplaced = {**item, Attribute.RUN_ID: {"S": "elsewhere"}}
    lake.endpoint.client("dynamodb").put_item(TableName=lake.deployment.output(Output.RUNS_TABLE), Item=misplaced)
    assert ops(lake, "reconcile", "--prefix", key, code=1)["counts"] == {"misplaced_item": 1}
    ops(lake, "reconcile", "--prefix", key, "--repair")
    assert lake.item(key) == item


def test_dead_letters_of_both_shapes_are_shown_replayed_and_gone(lake: Lake) -> None:
    key = raw_key(DAY, 20)
    put(lake, key)
    lose_item(lake, key)
    sqs, deployment = lake.endpoint.client("sqs"), lake.deployment
    sqs.send_message(
        QueueUrl=deployment.output(Output.INDEX_DEAD_LETTERS),
        MessageBody=record(deployment.function(Function.INDEX_RUN), repair_event([key])),
    )
    sqs.send_message(
        QueueUrl=deployment.output(Output.CURATION_DEAD_LETTERS),
        MessageBody='{"weeks":["2025-W28"]}',
        MessageAttributes=as_attributes(undelivered(deployment.function(Function.CURATE_WEEK))),
    )
    waiting = ops(lake, "redrive", code=1)
    messages = waiting["messages"]
    assert isinstance(messages, list)
    assert {(it["queue"], it["function"], it["about"]) for it in messages} == {
        ("index", deployment.function(Function.INDEX_RUN), key),
        ("curation", deployment.function(Function.CURATE_WEEK), '{"weeks":["2025-W28"]}'),
    }
    assert ops(lake, "redrive", "--replay")["counts"] == {"replayed": 2}
    assert lake.item(key) is not None
    assert ops(lake, "redrive")["counts"] == {}


def test_the_daily_reconciliation_repairs_a_lost_item_and_an_orphan(lake: Lake) -> None:
    today = datetime.now(UTC).date()
    lost, orphan = raw_key(today, 30), raw_key(today, 31)
    for key in (lost, orphan):
        put(lake, key)
    lose_item(lake, lost)
    lose_object(lake, orphan)

    answers: list[dict[str, object]] = []

    def reconciled() -> None:
        answers.append(reconcile_daily(lake, {"days": 1, "settling_minutes": 0}))

    metrics = lake.metrics(lake.deployment.function(Function.RECONCILE_DAILY), reconciled)
    (answer,) = answers
    assert answer["differences"] == {"missing_item": 1, "orphan_item": 1}
    assert answer["repairs"] == 2
    assert answer["different_in_replica"] == []
    assert eventually(lambda: lake.item(lost), lambda item: item[Attribute.STATUS]["S"] == "ok")
    assert eventually(lambda: lake.item(orphan) is None, bool)
    assert metrics[Metric.DRIFT] == 2
    assert float(str(metrics[Metric.CURATION_AGE])) >= 0
    assert reconcile_daily(lake, {"days": 1, "settling_minutes": 0})["differences"] == {}


def reconcile_daily(lake: Lake, request: object) -> dict[str, object]:
    """Invoke the function as its schedule does, and return its answer."""
    answer = lake.endpoint.client("lambda").invoke(
        FunctionName=lake.deployment.function(Function.RECONCILE_DAILY), Payload=json.dumps(request).encode()
    )
    content = answer["Payload"].read()
    assert "FunctionError" not in answer, content
    answered: dict[str, object] = json.loads(content)
    return answered
