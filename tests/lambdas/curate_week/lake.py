"""A bucket in moto, raw objects put into it, and a curator that reads them without a network."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from lake.archive import ARCHIVED_CODE
from lambdas.curate_week.curator import Curator
from lambdas.curate_week.inputs import Source
from lambdas.curate_week.plan import Target
from lambdas.curate_week.reader import ArchivedError, InputsChangedError, Reader
from lambdas.curate_week.store import WeekStore
from schemas.curation import WeekReport
from schemas.keys.grammar import CuratedFile, Phase
from schemas.keys.layout import CuratedKey, RawKey
from schemas.keys.weeks import Week
from schemas.models import ModelConfig
from schemas.registry.phases import load_planned_turns
from tests.schemas.examples import KEY, RUN_ID, line
from tests.store import bucket_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MODEL = ModelConfig(KEY.model, "p", "e", "v", cost_per_1m_prompt=3, cost_per_1m_completion=15, max_tokens=1)


def raw_key(week: Week, run_id: str = RUN_ID, *, day: int = 2) -> RawKey:
    return RawKey(dt=week.days()[day], model=KEY.model, phase=Phase.P2, run_id=run_id)


def run_body(key: RawKey, *scores: float) -> bytes:
    return b"".join(
        line(run_id=key.run_id, model=key.model, phase=key.phase, turn=turn, score=score) + b"\n"
        for turn, score in enumerate(scores, 1)
    )


@dataclass
class LakeOfWeeks:
    """The bucket, what was written to it in its order, and a curator."""

    s3: "S3Client"
    bucket: str
    written: list[str] = field(default_factory=list)

    def put_run(self, week: Week, *scores: float, run_id: str = RUN_ID, day: int = 2) -> RawKey:
        key = raw_key(week, run_id, day=day)
        self.s3.put_object(Bucket=self.bucket, Key=str(key), Body=run_body(key, *scores))
        return key

    def curator(self, store: WeekStore | None = None, models: Sequence[ModelConfig] = (MODEL,)) -> Curator:
        return Curator(
            store or WeekStore(self.s3, self.bucket),
            bucket_of(self.s3, self.bucket).pages,
            self.open_reader,
            {model.model_id: model for model in models},
            load_planned_turns(),
            lambda: 0.0,
            lambda: datetime.now(UTC),
        )

    @contextmanager
    def open_reader(self, _: Iterable[Source]) -> Iterator[Reader]:
        yield self

    def read(self, source: Source) -> Iterator[bytes]:
        try:
            answer = self.s3.get_object(Bucket=self.bucket, Key=source.object.key, IfMatch=f'"{source.object.etag}"')
        except self.s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == ARCHIVED_CODE:
                raise ArchivedError.of(source.object.key) from error
            raise InputsChangedError(source.object.key) from error
        yield answer["Body"].read()

    def curate(
        self, week: Week, *, force: bool = False, asked: bool = True, curator: Curator | None = None
    ) -> WeekReport:
        working, target = curator or self.curator(), Target(week, asked)
        return working.carry_out(target, working.look(target, force=force), force=force)

    def body(self, week: Week, file: CuratedFile) -> bytes:
        return self.s3.get_object(Bucket=self.bucket, Key=str(CuratedKey(week, file)))["Body"].read()

    def table(self, week: Week, file: CuratedFile) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = pq.read_table(pa.BufferReader(self.body(week, file))).to_pylist()
        return rows

    def metadata(self, week: Week, file: CuratedFile) -> dict[str, str]:
        return self.s3.head_object(Bucket=self.bucket, Key=str(CuratedKey(week, file)))["Metadata"]

    def keys_below(self, prefix: str) -> list[str]:
        """Return the keys that are there."""
        found = self.s3.list_objects_v2(Bucket=self.bucket, Prefix=prefix).get("Contents", [])
        return [each["Key"] for each in found]

    def versions(self) -> dict[str, str]:
        """Return the current version of every curated object."""
        found = self.s3.list_object_versions(Bucket=self.bucket, Prefix="curated/").get("Versions", [])
        return {each["Key"]: each["VersionId"] for each in found if each["IsLatest"]}
