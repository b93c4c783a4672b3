import json
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import boto3
import pytest
from botocore.exceptions import ClientError

from ops import cli
from ops.aws import Aws
from ops.dead_letters import redrive
from schemas.names import PRIMARY_REGION, Names, Output, Part
from tests.lambdas.index_run.turns import RAW_KEY, line
from tests.ops.conftest import Deployed, Regions
from tests.ops.dead_letters.letters import as_attributes, record, undelivered
from tests.ops.functions import CurateWeek, FakeLambda, IndexRun

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_sqs import SQSClient

KEY = str(RAW_KEY)


class Queues:
    """The two dead-letter queues, and the functions that their messages are about."""

    def __init__(self, deployed: Deployed, regions: Regions) -> None:
        self.sqs: SQSClient = boto3.client("sqs", region_name=PRIMARY_REGION)
        self.index, self.curation = (self.sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("i", "c"))
        stacks = regions[PRIMARY_REGION].stacks
        stacks[Names().stack(Part.INDEX)][Output.INDEX_DEAD_LETTERS] = self.index
        stacks[Names().stack(Part.CURATION)][Output.CURATION_DEAD_LETTERS] = self.curation
        self.index_run, self.curate_week = IndexRun(deployed), CurateWeek(deployed)
        functions: dict[str, Callable[[object], object]] = {
            deployed.index_run: self.index_run,
            deployed.curate_week: self.curate_week,
        }
        self.client = FakeLambda(functions)

    def left(self) -> int:
        """Return how many messages can be received by others."""
        return redrive.Queue(self.sqs, self.index).count() + redrive.Queue(self.sqs, self.curation).count()


def announced(key: str) -> Mapping[str, object]:
    """Return the event by which S3 announces an object."""
    return {"Records": [{"s3": {"object": {"key": quote_plus(key, safe="/"), "sequencer": "0A"}}}]}


@pytest.fixture
def queues(deployed: Deployed, regions: Regions, monkeypatch: pytest.MonkeyPatch) -> Queues:
    """Give queues with messages of both shapes, and an object that is not indexed."""
    found = Queues(deployed, regions)
    monkeypatch.setattr(Aws, "_repeatable_lambda", lambda _: found.client)
    monkeypatch.setattr(redrive, "_WAIT_SECONDS", 0)
    deployed.s3.put_object(Bucket=deployed.bucket, Key=KEY, Body=line(1))
    found.sqs.send_message(QueueUrl=found.index, MessageBody=record("IndexRun", announced(KEY)))
    found.sqs.send_message(QueueUrl=found.curation, MessageBody=record("CurateWeek", {"weeks": ["2025-W44"]}))
    found.sqs.send_message(
        QueueUrl=found.curation,
        MessageBody='{"weeks":["2025-W45"]}',
        MessageAttributes=as_attributes(undelivered("CurateWeek")),
    )
    return found


def test_without_replay_nothing_is_invoked_or_deleted(queues: Queues, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["redrive"]) == 1
    assert capsys.readouterr().err == "--replay would invoke the functions again: 3 messages\n"
    assert cli.main(["redrive", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["counts"] == {"waiting": 3}
    assert {(it["queue"], it["function"], it["about"]) for it in found["messages"]} == {
        ("index", "IndexRun", KEY),
        ("curation", "CurateWeek", '{"weeks": ["2025-W44"]}'),
        ("curation", "CurateWeek", '{"weeks":["2025-W45"]}'),
    }
    assert queues.client.invoked == []
    assert queues.left() == 3


def test_replay_does_it_again_and_empties_the_queues(
    deployed: Deployed, queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["redrive", "--replay", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"] == {"replayed": 3}
    assert queues.left() == 0
    [item] = deployed.dynamodb.scan(TableName=deployed.table)["Items"]
    assert item["object_key"]["S"] == KEY
    assert sorted(queues.client.invoked) == ["CurateWeek", "CurateWeek", "IndexRun"]
    assert cli.main(["redrive"]) == 0


def test_what_fails_again_stays_with_its_reason_and_the_rest_goes(
    queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    queues.index_run.poisoned.add(KEY)
    queues.sqs.send_message(QueueUrl=queues.index, MessageBody="hello")
    assert cli.main(["redrive", "--replay", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["counts"] == {"replayed": 2, "failed": 1, "unreadable": 1}
    printed = {it["fate"]: it["why"] for it in found["messages"]}
    assert printed["failed"] == "objects not indexed: poisoned (1 sub-exception)"
    assert printed["unreadable"].startswith("neither an invocation's record nor an undelivered event")
    assert queues.left() == 2
    assert cli.main(["redrive"]) == 1
    out = capsys.readouterr().out
    assert "Dead letters" in out
    assert "unreadable" in out


def test_what_cannot_be_read_or_is_refused_keeps_no_other_from_being_replayed(
    queues: Queues, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    nested = record("IndexRun", "payload").replace('"payload"', "[" * 50_000 + "]" * 50_000)
    for body in (nested, record("IndexRun", "\x1b[31m"), record("Gone", {})):
        queues.sqs.send_message(QueueUrl=queues.index, MessageBody=body)
    invoke = queues.client.invoke

    def refuse(*, FunctionName: str, Payload: bytes) -> dict[str, object]:  # noqa: N803 (boto3's names)
        if FunctionName == "Gone" or b"001b" in Payload:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "\x1b[31m"}}, "Invoke")
        return invoke(FunctionName=FunctionName, Payload=Payload)

    monkeypatch.setattr(queues.client, "invoke", refuse)
    assert cli.main(["redrive", "--replay"]) == 1
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert out.count("AWS refused Invoke: AccessDenied: \\x1b[31m") == 2
    assert cli.main(["redrive", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["counts"] == {"unreadable": 1, "waiting": 2}


def test_expired_credentials_end_the_replay_after_what_was_done_is_shown(
    queues: Queues, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def expire(**_: object) -> None:
        raise ClientError({"Error": {"Code": "ExpiredTokenException", "Message": "x"}}, "Invoke")

    monkeypatch.setattr(queues.client, "invoke", expire)
    assert cli.main(["redrive", "--replay", "--json"]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["counts"] == {}
    assert err.startswith("ops redrive: AWS refused Invoke: ExpiredTokenException: x; run this again")
    assert queues.left() == 3


def test_more_messages_than_one_request_returns_are_all_replayed(queues: Queues) -> None:
    for _ in range(25):
        queues.sqs.send_message(QueueUrl=queues.index, MessageBody=record("IndexRun", announced(KEY)))
    assert cli.main(["redrive", "--replay"]) == 0
    assert queues.left() == 0
    assert len(queues.client.invoked) == 28


def test_an_interrupted_replay_gives_back_what_it_has_not_done(
    queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(queues.client, "invoke", interrupt)
    assert cli.main(["redrive", "--replay"]) == 130
    assert queues.left() == 3
