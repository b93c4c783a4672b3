import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from lake.events import object_events
from lambdas.reconcile_daily import handler as module, repair
from lambdas.reconcile_daily.handler import handler
from lambdas.reconcile_daily.regions import Stored
from schemas.curation import GENERATED_FROM, last_due_week
from schemas.keys.grammar import CuratedTable, Key, Phase
from schemas.keys.layout import RawKey, SymlinkKey
from schemas.keys.weeks import Week
from schemas.names import Metric, Variable
from schemas.run_index import run_id_of
from tests.lake.published import marks
from tests.ops.conftest import Deployed
from tests.store import bucket_of

RUN_IDS = [f"01HQVZ3K9X12345678900000{number:02}" for number in range(60)]
AT_ONCE = {"settling_minutes": 0}


@dataclass
class FakeLambda:
    """Takes events for IndexRun."""

    asked: list[list[str]] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803 (boto3's names)
        assert (FunctionName, InvocationType) == ("IndexRun", "Event")
        events = object_events(json.loads(Payload))
        assert all(event.sequencer is None and not event.force for event in events)
        self.asked.append([event.key for event in events])


@dataclass(frozen=True)
class Lake:
    deployed: Deployed
    index_run: FakeLambda

    def put(self, key: str, content: bytes = b"", *, indexed: bool = True) -> str:
        answer = self.deployed.s3.put_object(Bucket=self.deployed.bucket, Key=key, Body=content)
        if indexed:
            self.deployed.index(run_id_of(key), key, answer["VersionId"], answer["ETag"].strip('"'))
        return key

    def delete(self, key: str) -> None:
        self.deployed.s3.delete_object(Bucket=self.deployed.bucket, Key=key)

    def publish(self, week: Week, *keys: Key) -> None:
        for key in keys or marks(week):
            self.deployed.s3.put_object(Bucket=self.deployed.bucket, Key=str(key), Metadata={GENERATED_FROM: "a"})


@pytest.fixture
def lake(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> Lake:
    fake = FakeLambda()
    monkeypatch.setenv(Variable.BUCKET, deployed.bucket)
    monkeypatch.setenv(Variable.REPLICA_BUCKET, deployed.replica)
    monkeypatch.setenv(Variable.RUNS_TABLE, deployed.table)
    monkeypatch.setenv(Variable.INDEX_RUN, deployed.index_run)
    monkeypatch.setenv(Variable.METRIC_NAMESPACE, "SocraticBench")
    monkeypatch.setattr(module, "_s3", lambda: deployed.s3)
    monkeypatch.setattr(module, "_replica_s3", lambda: deployed.s3_replica)
    monkeypatch.setattr(module, "_bucket", lambda: bucket_of(deployed.s3, deployed.bucket))
    monkeypatch.setattr(module, "_dynamodb", lambda: deployed.dynamodb)
    monkeypatch.setattr(module, "_lambda", lambda: fake)
    lake = Lake(deployed, fake)
    # moto leaves out the first key after a marker: here one of the first day, which is never indexed.
    first = datetime.now(UTC).date() - timedelta(days=35)
    lake.put(f"raw/dt={first}/a.txt", indexed=False)
    return lake


def raw_key(days_ago: int, run_id: str = RUN_IDS[0]) -> str:
    return str(RawKey(datetime.now(UTC).date() - timedelta(days=days_ago), "m", Phase.P0, run_id))


def metrics(output: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for logged in map(json.loads, output.splitlines()):
        [directive] = logged["_aws"]["CloudWatchMetrics"]
        assert (directive["Namespace"], directive["Dimensions"]) == ("SocraticBench", [[]])
        found |= {metric["Name"]: logged[metric["Name"]] for metric in directive["Metrics"]}
    return found


def test_what_agrees_is_no_drift(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    lake.put(raw_key(0))
    answer = handler({}, None)
    assert (answer["objects"], answer["items"], answer["repairs"], answer["differences"]) == (1, 1, 0, {})
    found = metrics(capsys.readouterr().out)
    assert found[Metric.DRIFT] == 0
    # With nothing to curate, the curation is as young as the newest whole week.
    assert 0 <= found[Metric.CURATION_AGE] < 7
    assert lake.index_run.asked == []


def test_index_run_is_asked_to_repair_what_differs_and_the_drift_is_told(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = lake.put(raw_key(0, RUN_IDS[1]), indexed=False)
    orphan = lake.put(raw_key(0, RUN_IDS[2]))
    lake.delete(orphan)
    stale = lake.put(raw_key(0, RUN_IDS[3]))
    lake.put(stale, b"newer", indexed=False)
    lake.put(raw_key(0, RUN_IDS[4]))
    answer = handler(AT_ONCE, None)
    assert [sorted(keys) for keys in lake.index_run.asked] == [sorted([missing, orphan, stale])]
    assert answer["differences"] == {"missing_item": 1, "orphan_item": 1, "stale_item": 1}
    assert answer["repairs"] == 3
    assert metrics(capsys.readouterr().out)[Metric.DRIFT] == 3
    json.dumps(answer)


def test_index_run_is_not_asked_for_what_it_cannot_repair(lake: Lake, capsys: pytest.CaptureFixture[str]) -> None:
    misplaced, archived = lake.put(raw_key(0)), raw_key(0, RUN_IDS[1])
    lake.deployed.index("another run", misplaced, "v", "e")
    lake.deployed.s3.put_object(Bucket=lake.deployed.bucket, Key=archived, StorageClass="DEEP_ARCHIVE")
    answer = handler(AT_ONCE, None)
    assert lake.index_run.asked == []
    assert answer["differences"] == {"misplaced_item": 1, "missing_item": 1}
    assert metrics(capsys.readouterr().out)[Metric.DRIFT] == 2


def test_objects_are_asked_for_in_batches(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "BATCH_OBJECTS", 25)
    keys = sorted(lake.put(raw_key(0, run_id), indexed=False) for run_id in RUN_IDS)
    assert handler(AT_ONCE, None)["repairs"] == len(keys)
    assert sorted(key for batch in lake.index_run.asked for key in batch) == keys
    assert [len(batch) for batch in lake.index_run.asked] == [25, 25, 10]


def test_new_objects_are_given_time_and_older_days_are_not_looked_at(lake: Lake) -> None:
    lake.put(raw_key(0), indexed=False)
    lake.put(raw_key(36), indexed=False)
    orphan = lake.put(raw_key(37))
    lake.delete(orphan)
    answer = handler({}, None)
    assert (answer["objects"], answer["items"], answer["under_way"], answer["repairs"]) == (1, 0, 1, 0)
    assert handler({**AT_ONCE, "days": 40}, None)["repairs"] == 3


def test_an_invalid_summary_is_drift_and_logged_with_its_reason(
    lake: Lake, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    today = datetime.now(UTC).date()
    recent, old = (f"scores/dt={today - timedelta(days=days)}/{RUN_IDS[0]}_summary.json" for days in (7, 8))
    for key in (recent, old):
        lake.put(key, b"{\n}", indexed=False)
    assert handler({}, None)["invalid_summaries"] == 1
    assert metrics(capsys.readouterr().out)[Metric.DRIFT] == 1
    [record] = [record for record in caplog.records if record.getMessage() == "invalid summary"]
    assert (vars(record)["object_key"], vars(record)["reason"].partition(":")[0]) == (recent, "multi_line")
    assert handler({"summary_days": 8}, None)["invalid_summaries"] == 2


def test_a_week_that_is_due_and_not_complete_is_drift_and_ages_the_curation(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    due = last_due_week(datetime.now(UTC))
    weeks = [due.shift(-2), due.shift(-1), due]
    for week in weeks:
        lake.put(str(RawKey(week.monday, "m", Phase.P0, RUN_IDS[0])))
    lake.publish(weeks[0])
    lake.publish(weeks[1], SymlinkKey(CuratedTable.CURATED_TURNS, weeks[1]))
    answer = handler({}, None)
    assert answer["weeks_not_curated"] == [str(weeks[1]), str(weeks[2])]
    found = metrics(capsys.readouterr().out)
    assert found[Metric.DRIFT] == 2
    end = datetime.combine(weeks[1].monday, datetime.min.time(), UTC)
    # A week that nobody wrote to may have ended since, which has nothing to curate.
    if Week.of(datetime.now(UTC).date()).shift(-1) == due:
        assert found[Metric.CURATION_AGE] == pytest.approx((datetime.now(UTC) - end) / timedelta(days=1), abs=0.01)
    for week in weeks[1:]:
        lake.publish(week)
    assert handler({}, None)["weeks_not_curated"] == []


def test_a_week_that_is_not_due_is_no_drift(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = last_due_week(datetime.now(UTC))
    lake.put(str(RawKey(newest.monday, "m", Phase.P0, RUN_IDS[0])))
    monkeypatch.setattr(module, "last_due_week", lambda _: newest.shift(-1))
    assert handler({}, None)["weeks_not_curated"] == []


def test_a_difference_between_the_regions_is_published_and_logged(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert handler({}, None)["different_in_replica"] == []
    assert metrics(capsys.readouterr().out)[Metric.REPLICA_DRIFT] == 0
    stored = Stored("e", datetime.now(UTC) - timedelta(days=1))
    found = {lake.deployed.bucket: {"config/models.json": stored}, lake.deployed.replica: {}}
    monkeypatch.setattr(module, "compared_objects", lambda _, bucket: found[bucket])
    assert handler({}, None)["different_in_replica"] == ["config/models.json"]
    assert metrics(capsys.readouterr().out)[Metric.REPLICA_DRIFT] == 1
    assert "different in the replica" in caplog.messages


def test_the_index_is_reconciled_while_the_replicas_region_is_away(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lake.put(raw_key(0), indexed=False)
    monkeypatch.setenv(Variable.REPLICA_BUCKET, "away")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        handler(AT_ONCE, None)
    assert len(lake.index_run.asked) == 1
    assert metrics(capsys.readouterr().out)[Metric.DRIFT] == 1


@pytest.mark.parametrize("event", [None, [], {"days": 0}, {"days": "35"}, {"settling_minutes": -1}, {"weeks": []}])
def test_anything_but_a_request_is_refused(event: object) -> None:
    with pytest.raises(ValueError, match=r"Expected|unknown field"):
        handler(event, None)
