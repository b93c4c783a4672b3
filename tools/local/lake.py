"""The deployed lake as scenes use it: puts objects, reads the index, waits for what happens by itself."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from boto3.dynamodb.types import TypeDeserializer

from lambdas.reconcile_daily.compare import DifferenceKind
from lambdas.reconcile_daily.days import Stores
from lambdas.reconcile_daily.reconcile import Reconciliation, reconcile
from lambdas.reconcile_daily.second_look import SecondLook
from ops.aws import Aws
from ops.deployment import Deployment
from ops.registry.publish.publishing import Outcome, Publisher
from ops.registry.store import Store
from ops.sample import SampleObject
from ops.sample.delivery import to_bucket
from schemas.keys.layout import REPLICATED_PREFIXES
from schemas.keys.raw_range import RawRange
from schemas.names import PRIMARY_REGION, REPLICA_REGION, Output
from schemas.registry.documents import Document
from tools.local.steps import SceneError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Item = Mapping[str, object]

_WAIT_SECONDS: Final = 60.0
_POLL_SECONDS: Final = 0.25
_UNDER_WAY: Final = frozenset({DifferenceKind.MISSING_ITEM, DifferenceKind.STALE_ITEM})

deserialize: Final = TypeDeserializer().deserialize


@dataclass(frozen=True, kw_only=True)
class Lake:
    """A deployed lake and clients of where it is deployed."""

    aws: Aws
    deployment: Deployment

    def put(self, samples: Iterable[SampleObject]) -> None:
        """Put objects side by side."""
        for _ in to_bucket(samples, s3=self.aws.s3(), bucket=self.deployment.bucket):
            pass

    def publish(self, documents: Iterable[Document]) -> None:
        """Publish documents to both Regions; raise `SceneError` for one that was there before."""
        primary = Store(s3=self.aws.s3(), bucket=self.deployment.bucket, region=PRIMARY_REGION)
        replica = Store(s3=self.aws.s3(REPLICA_REGION), bucket=self.deployment.replica_bucket, region=REPLICA_REGION)
        publisher = Publisher(primary=primary, replica=replica, may_replace=lambda *_: False)
        for document in documents:
            if publisher.publish(document).primary is not Outcome.WRITTEN:
                raise SceneError(f"{document.key} was published before")

    def reconcile(self) -> Reconciliation:
        """Compare bucket and index."""
        bucket = self.aws.bucket(self.deployment.bucket)
        stores = Stores(bucket, self.aws.dynamodb(), self.deployment.output(Output.RUNS_TABLE))
        return reconcile(
            stores.all_states(RawRange()),
            look_again=SecondLook(bucket.client, bucket.name, stores.dynamodb, stores.table),
            now=datetime.now(UTC),
            # Everything is new here, and nothing may be missing.
            settling=timedelta(0),
        )

    def items(self) -> list[Item]:
        """Return every item of the index."""
        pages = (
            self.aws.dynamodb()
            .get_paginator("scan")
            .paginate(TableName=self.deployment.output(Output.RUNS_TABLE), ConsistentRead=True)
        )
        return [
            {name: deserialize(value) for name, value in item.items()} for page in pages for item in page["Items"]
        ]

    def dead_letters(self) -> int:
        """Return how many events could not be indexed."""
        answer = self.aws.sqs().get_queue_attributes(
            QueueUrl=self.deployment.output(Output.INDEX_DEAD_LETTERS), AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def replicated(self) -> tuple[int, int]:
        """Return how many objects must be in the replica, and how many are, with the same content."""
        source = _contents(self.aws.s3(), self.deployment.bucket)
        replica = _contents(self.aws.s3(REPLICA_REGION), self.deployment.replica_bucket)
        return len(source), len(source & replica)

    def await_index(self, progress: Callable[[str], None]) -> None:
        """Return once every object's current version is indexed; raise `SceneError` when that takes too long."""

        def indexed() -> tuple[int, int]:
            found = self.reconcile()
            counts = found.counts()
            return found.objects, found.objects - sum(counts[kind] for kind in _UNDER_WAY)

        _wait(indexed, "indexed", progress)

    def await_replica(self, progress: Callable[[str], None]) -> int:
        """Return how many objects are in both Regions, once all are; raise `SceneError` when that takes too long."""
        return _wait(self.replicated, "replicated", progress)


def _contents(s3: "S3Client", bucket: str) -> set[tuple[str, str]]:
    pages = s3.get_paginator("list_objects_v2")
    return {
        (found["Key"], found["ETag"])
        for prefix in REPLICATED_PREFIXES
        for page in pages.paginate(Bucket=bucket, Prefix=prefix)
        for found in page.get("Contents", [])
    }


def _wait(count: Callable[[], tuple[int, int]], what: str, progress: Callable[[str], None]) -> int:
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        wanted, there = count()
        if there >= wanted:
            return there
        progress(f"{there} of {wanted}")
        if time.monotonic() > deadline:
            raise SceneError(f"{there} of {wanted} objects {what} after {_WAIT_SECONDS:g} s")
        time.sleep(_POLL_SECONDS)
