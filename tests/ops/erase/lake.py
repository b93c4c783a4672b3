"""A lake in moto with versions in both Regions, its functions, and what an erasure does to all of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from lake.events import RepairReport, repair_event
from lambdas.curate_week.part_store import PartStore
from lambdas.curate_week.plan import targets
from lambdas.curate_week.session import Session
from lambdas.curate_week.steps import Steps
from lambdas.curate_week.store import WeekStore
from ops.curation.engine import reports
from ops.curation.in_process import one_by_one, run_here
from ops.erase.asked import Asked
from ops.erase.erasing import Erasing, Plan
from ops.erase.index import Items
from ops.erase.planning import Planned, plan
from ops.erase.records import publish, record_of
from ops.erase.weeks import Weeks
from ops.index.index_run import Failure, Repaired
from ops.registry.store import Store
from schemas.curation import CurationRequest, Progress, WeekReport, parse_request, requested_weeks
from schemas.keys.grammar import Phase
from schemas.keys.layout import RawKey, ScoreKey
from schemas.keys.weeks import Week
from schemas.names import PRIMARY_REGION, REPLICA_REGION
from tests.lambdas.curate_week.lake import LakeOfWeeks
from tests.ops.conftest import Deployed
from tests.ops.functions import IndexRun
from tests.schemas.examples import KEY, line

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WEEK = Week(2025, 45)
RUN, OTHER, THIRD = "01HQVZ3K9X1234567890ABCDEF", "01HQVZ3K9X9876543210FEDCBA", "01HQVZ3K9XABCDEFGH01234567"
TEXT = "It was Jane Doe of 1 Main Street."
NOW = datetime(2025, 11, 12, tzinfo=UTC)
Snapshot = dict[tuple[str, str, str], str]


def raw_key(run_id: str = RUN, day: date = date(2025, 11, 5)) -> str:
    return str(RawKey(day, KEY.model, Phase.P2, run_id))


def score_key(run_id: str = RUN, day: date = date(2025, 11, 5)) -> str:
    return str(ScoreKey(day, run_id))


def body(run_id: str, *texts: str) -> bytes:
    """Return an object with a turn for each text."""
    return b"".join(
        line(run_id=run_id, model=KEY.model, phase=Phase.P2, turn=turn, user_text=text) + b"\n"
        for turn, text in enumerate(texts, 1)
    )


@dataclass
class Lake:
    """The lake; what is put is indexed, and copied to the other Region where `copies` says so."""

    deployed: Deployed
    copies: bool = False
    asleep: list[float] = field(default_factory=list)

    @property
    def primary(self) -> Store:
        return Store(s3=self.deployed.s3, bucket=self.deployed.bucket, region=PRIMARY_REGION)

    @property
    def replica(self) -> Store:
        return Store(s3=self.deployed.s3_replica, bucket=self.deployed.replica, region=REPLICA_REGION)

    @property
    def weeks(self) -> LakeOfWeeks:
        return LakeOfWeeks(self.deployed.s3, self.deployed.bucket)

    @property
    def items(self) -> Items:
        return Items(self.deployed.dynamodb, self.deployed.table)

    def put(self, key: str, content: bytes) -> str:
        version = self.deployed.s3.put_object(Bucket=self.deployed.bucket, Key=key, Body=content)["VersionId"]
        if self.copies:
            self.deployed.s3_replica.put_object(Bucket=self.deployed.replica, Key=key, Body=content)
        if key.startswith("raw/"):
            self.index(key)
        return version

    def hide(self, key: str) -> None:
        self.deployed.s3.delete_object(Bucket=self.deployed.bucket, Key=key)

    def index(self, key: str) -> dict[str, object]:
        answer = IndexRun(self.deployed)(repair_event([key]))
        assert isinstance(answer, dict)
        return answer

    def repair(self, keys: object, *, force: bool = False) -> Repaired:  # noqa: ARG002 - as a repair is called
        found = Repaired()
        for key in keys if isinstance(keys, list) else []:
            report = msgspec.convert(self.index(key), RepairReport)
            found += Repaired([Failure(*each) for each in report.failures.items()], report.archived)
        return found

    def curate(self, *weeks: Week) -> None:
        self.ask(CurationRequest(weeks=[*map(str, weeks)]))

    def ask(self, request: CurationRequest) -> list[WeekReport]:
        """Do what the deployed function does, and the state machine."""
        curator = self.weeks.curator()
        steps = Steps(curator, PartStore(curator.store), lambda _: None)

        def start(weeks: list[str]) -> str:
            progress = Progress(weeks=weeks, force=request.force)
            assert not run_here(steps, progress, partial(one_by_one, steps)).failed
            return "arn:of:an:execution"

        session = Session(curator, lambda: 900.0, start)
        asked = targets(requested_weeks(request, current=Week.of(NOW.date())))
        results = (session.preview if request.dry_run else session.run)(asked, force=request.force)
        return reports(results.report())

    def answer(self, event: object) -> object:
        """Answer as the deployed function does."""
        request = parse_request(event)
        assert isinstance(request, CurationRequest)
        return {"weeks": msgspec.to_builtins(self.ask(request)), "failures": [], "execution": None}

    def weeks_to_erase(self) -> Weeks:
        return Weeks(
            primary=self.primary,
            replica=self.replica,
            store=WeekStore(self.deployed.s3, self.deployed.bucket),
            engine=self,
            current=Week.of(NOW.date()),
        )

    def plan(self, asked: Asked) -> Planned:
        return plan(asked, primary=self.primary, replica=self.replica, items=self.items, weeks=self.weeks_to_erase())

    def erasing(self, found: Plan) -> Erasing:
        return Erasing(
            plan=found,
            primary=self.primary,
            replica=self.replica,
            items=self.items,
            repair=self.repair,
            weeks=self.weeks_to_erase(),
            sleep=self.asleep.append,
            say=lambda _: None,
        )

    def erase(self, asked: Asked) -> list[str]:
        """Erase, write the record, remove the markers, and return what is left."""
        found = self.plan(asked).plan
        assert found
        erasing = self.erasing(found)
        erased = erasing.run()
        if erased.left:
            return [*erased.left]
        record = record_of(found, at=NOW, by="arn:of:somebody", reason="a test", versions=erased.versions)
        publish(record, primary=self.primary, replica=self.replica)
        return erasing.unhide()

    def sides(self) -> Iterator[tuple[str, "S3Client"]]:
        yield self.deployed.bucket, self.deployed.s3
        yield self.deployed.replica, self.deployed.s3_replica

    def snapshot(self) -> Snapshot:
        """Return the ETag of every version in both Regions, of delete markers an empty one."""
        found: Snapshot = {}
        for bucket, s3 in self.sides():
            listed = s3.list_object_versions(Bucket=bucket)
            found |= {(bucket, it["Key"], it["VersionId"]): it["ETag"] for it in listed.get("Versions", [])}
            found |= {(bucket, it["Key"], it["VersionId"]): "" for it in listed.get("DeleteMarkers", [])}
        return found

    def items_in(self) -> list[dict[str, object]]:
        items = self.deployed.dynamodb.scan(TableName=self.deployed.table)["Items"]
        return sorted(({**item} for item in items), key=lambda item: json.dumps(item, default=str, sort_keys=True))

    def holding(self, text: str) -> list[str]:
        """Return every version in either Region, and every item, that has a text; of Parquet every row is read."""
        found = []
        for bucket, s3 in self.sides():
            for each in s3.list_object_versions(Bucket=bucket).get("Versions", []):
                content = s3.get_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])["Body"].read()
                if each["Key"].endswith(".parquet"):
                    content = str(pq.read_table(pa.BufferReader(content)).to_pylist()).encode()
                if text.encode() in content or text in each["Key"]:
                    found.append(f"{bucket}/{each['Key']}")
        return found + [str(item) for item in self.items_in() if text in str(item)]

    def rows(self, week: Week = WEEK) -> list[tuple[str, int]]:
        """Return (run, turn) of what the table of turns sees."""
        store = WeekStore(self.deployed.s3, self.deployed.bucket)
        found = []
        for key in sorted(store.published(week).named):
            if key.endswith("/turns.parquet"):
                rows = pq.read_table(pa.BufferReader(store.content(key) or b"")).to_pylist()
                found += [(row["run_id"], row["turn"]) for row in rows]
        return found
