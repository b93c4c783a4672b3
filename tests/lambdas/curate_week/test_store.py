"""The bucket by weeks: what a listing says, and writes that find out about others."""

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from lake.published import PublishedFile
from lambdas.curate_week import multipart, store as module
from lambdas.curate_week.store import ConflictError, SummaryError, WeekStore
from schemas.keys.grammar import CuratedFile, CuratedTable, PartFile
from schemas.keys.layout import CuratedKey, PartKey, SymlinkKey
from schemas.keys.weeks import Week
from tests.lambdas.curate_week.conftest import BUCKET
from tests.lambdas.curate_week.lake import raw_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import StorageClassType

WEEK = Week(2025, 45)
KEY = CuratedKey(WEEK, CuratedFile.TURNS)
METADATA = {"generated-from": "x"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "turns.parquet"
    path.write_bytes(b"0123456789" * 1000)
    return path


@pytest.fixture(params=["one request", "parts"])
def uploaded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test with a file that one request takes, and with one that goes in parts."""
    if request.param == "parts":
        monkeypatch.setattr(module, "LARGEST_PUT", 100)
        monkeypatch.setattr(multipart, "PART_BYTES", 5 * 1024 * 1024)


def seen(store: WeekStore) -> PublishedFile | None:
    return store.published(WEEK).files[CuratedFile.TURNS]


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_the_first_of_some_objects_that_is_archived_is_named(
    s3: "S3Client", store: WeekStore, storage_class: "StorageClassType"
) -> None:
    keys = [str(raw_key(WEEK, day=day)) for day in (2, 3, 4)]
    for key in keys:
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"x", StorageClass="STANDARD" if key == keys[0] else storage_class)
    assert store.archived(keys) == keys[1]
    assert store.archived(keys[:1]) is None
    # Others in the same folder are of no interest.
    assert store.archived([keys[1].replace(".jsonl", ""), keys[1].replace("raw/", "raw/x")]) is None


@pytest.mark.usefixtures("uploaded")
def test_a_file_is_published_with_its_metadata(s3: "S3Client", store: WeekStore, file: Path) -> None:
    assert seen(store) is None
    store.put(KEY, file, over=None, metadata=METADATA)
    found = s3.get_object(Bucket=BUCKET, Key=str(KEY))
    assert found["Body"].read() == file.read_bytes()
    assert found["Metadata"] == METADATA
    now = seen(store)
    assert now
    store.put(KEY, file, over=now, metadata=METADATA)


@pytest.mark.usefixtures("uploaded")
def test_a_file_that_was_not_there_is_not_overwritten(s3: "S3Client", store: WeekStore, file: Path) -> None:
    s3.put_object(Bucket=BUCKET, Key=str(KEY), Body=b"another's")
    with pytest.raises(ConflictError, match=f"{KEY}: changed since it was looked at"):
        store.put(KEY, file, over=None, metadata=METADATA)
    assert s3.get_object(Bucket=BUCKET, Key=str(KEY))["Body"].read() == b"another's"
    assert s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []


def test_a_file_that_is_gone_is_not_put_back(s3: "S3Client", store: WeekStore, file: Path) -> None:
    # in one request: moto completes an upload in parts whatever it is to match
    with pytest.raises(ConflictError):
        store.put(KEY, file, over=PublishedFile('"0123"', "", ""), metadata=METADATA)
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)


def test_a_large_file_goes_in_parts(
    s3: "S3Client", store: WeekStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST_PUT", 1024)
    monkeypatch.setattr(multipart, "PART_BYTES", 5 * 1024 * 1024)
    path = tmp_path / "large"
    path.write_bytes(b"x" * (11 * 1024 * 1024))
    store.put(KEY, path, over=None, metadata=METADATA)
    found = s3.head_object(Bucket=BUCKET, Key=str(KEY))
    assert found["ContentLength"] == 11 * 1024 * 1024
    assert found["ETag"].endswith('-3"')


def test_any_other_refusal_stays_what_it_is(store: WeekStore, file: Path) -> None:
    elsewhere = WeekStore(store.client, "no-such-bucket")
    with pytest.raises(ClientError, match="NoSuchBucket"):
        elsewhere.stored(WEEK)
    with pytest.raises(ClientError):
        elsewhere.published(WEEK)
    assert file.exists()


def test_a_summary_that_is_not_the_one_that_was_seen_is_a_conflict(s3: "S3Client", store: WeekStore) -> None:
    assert store.summary(WEEK) == []
    key = str(CuratedKey(WEEK, CuratedFile.WEEKLY_SUMMARY))
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"another's")
    with pytest.raises(ConflictError):
        store.summary(WEEK, etag='"0123"')


def put_summary(s3: "S3Client", content: bytes) -> str:
    key = str(CuratedKey(WEEK, CuratedFile.WEEKLY_SUMMARY))
    return s3.put_object(Bucket=BUCKET, Key=key, Body=content)["ETag"]


@pytest.mark.parametrize("content", [b"", b"another's", b"PAR1" + bytes(20) + b"\x08\0\0\0PAR1"])
def test_a_summary_that_cannot_be_read_is_named_with_what_to_do(
    s3: "S3Client", store: WeekStore, content: bytes
) -> None:
    put_summary(s3, content)
    printed = r"^curated/week=2025-W45/weekly_summary.parquet: .*: run `ops curate 2025-W45 --force`$"
    with pytest.raises(SummaryError, match=printed):
        store.summary(WEEK)


def test_a_summary_of_an_earlier_version_is_compared_with_but_not_written_anew(
    s3: "S3Client", store: WeekStore
) -> None:
    figures = {"model": ["m"], "phase": ["P0"], "avg_half_life_turn": [4.0], "avg_compliance_rate": [0.5]}
    file = pa.BufferOutputStream()
    pq.write_table(pa.table(figures), file)
    etag = put_summary(s3, file.getvalue().to_pybytes())
    (row,) = store.summary(WEEK)
    assert (row.model, row.avg_half_life_turn, row.avg_compliance_rate) == ("m", 4.0, 0.5)
    with pytest.raises(SummaryError, match=r"Expected `str`, got `null`.*curate 2025-W45 --force"):
        store.summary(WEEK, etag=etag)


MANIFEST = SymlinkKey(CuratedTable.CURATED_TURNS, WEEK)


def test_a_manifest_names_files_and_what_they_were_generated_from(s3: "S3Client", store: WeekStore) -> None:
    parts = [PartKey(WEEK, digit * 64, PartFile.TURNS) for digit in "ab"]
    s3.put_object(Bucket=BUCKET, Key=str(parts[0]), Body=b"x")
    store.show(MANIFEST, parts, over=None, generated_from="x")
    found = store.published(WEEK)
    manifest = found.manifests[CuratedTable.CURATED_TURNS]
    assert manifest
    assert (manifest.generated_from, manifest.keys) == ("x", tuple(map(str, parts)))
    assert found.lost == {str(parts[1])}
    body = s3.get_object(Bucket=BUCKET, Key=str(MANIFEST))["Body"].read().decode()
    assert body == "".join(f"s3://{BUCKET}/{part}\n" for part in parts)


def test_a_manifest_that_somebody_else_changed_is_a_conflict(store: WeekStore) -> None:
    store.show(MANIFEST, [KEY], over=None, generated_from="x")
    seen = store.published(WEEK).manifests[CuratedTable.CURATED_TURNS]
    store.show(MANIFEST, [PartKey(WEEK, "a" * 64, PartFile.TURNS)], over=seen, generated_from="y")
    for over in (None, seen):
        with pytest.raises(ConflictError, match="changed since it was looked at"):
            store.show(MANIFEST, [KEY], over=over, generated_from="z")
    now = store.published(WEEK).manifests[CuratedTable.CURATED_TURNS]
    assert now
    assert now.generated_from == "y"
