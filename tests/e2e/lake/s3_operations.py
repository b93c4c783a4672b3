"""What one can do with the lake's buckets, and which roles may.

An operation that a role may do must succeed; so whatever it needs is put there first, by the account's root.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from botocore.exceptions import ClientError

from schemas.keys.grammar import ArtifactKind, CuratedFile, CuratedTable, Phase
from schemas.keys.layout import (
    MODELS_KEY,
    ArtifactKey,
    CalibrationResultKey,
    CuratedKey,
    ErasureKey,
    ExportKey,
    GoldenSetKey,
    ManifestKey,
    RawKey,
    ReportKey,
    ScoreKey,
    SymlinkKey,
)
from schemas.keys.weeks import Week
from schemas.roles import Role
from tests.e2e.lake.caller import Caller, Operation, operation
from tools.local.endpoint import ROOT

RUNNER, JUDGE, PUBLISHER = Role.RUNNER, Role.JUDGE, Role.PUBLISHER
ANALYST, OPERATOR, ERASER, BREAK_GLASS = Role.ANALYST, Role.OPERATOR, Role.ERASER, Role.BREAK_GLASS

# of their own, so that no other test finds what these leave behind
_DAY: Final = date(2026, 1, 1)
_WEEK: Final = Week.of(_DAY)


def _raw(serial: int) -> str:
    return str(RawKey(_DAY, "gpt-5", Phase.P0, f"01HQVZ3K9X{serial:016}"))


def _score(serial: int) -> str:
    return str(ScoreKey(_DAY, f"01HQVZ3K9X{serial:016}"))


def _artifact(serial: int) -> str:
    return str(ArtifactKey(ArtifactKind.RUBRIC, "rubric", "9.9", f"{serial:08x}"))


def _manifest(serial: int) -> str:
    return str(ManifestKey(f"manifest_20260101_{serial:08x}"))


def _erasure(serial: int) -> str:
    return str(ErasureKey(f"erasure_20260101_{serial:08x}"))


def _golden_set(serial: int) -> str:
    return str(GoldenSetKey(f"golden_set_v{serial}"))


def _result(serial: int) -> str:
    return str(CalibrationResultKey(_DAY + timedelta(serial)))


def _export(serial: int) -> str:
    return str(ExportKey(_DAY, f"x{serial}"))


def _report(_: int) -> str:
    return str(ReportKey(_WEEK))


def _curated(file: CuratedFile) -> Callable[[int], str]:
    return lambda _: str(CuratedKey(_WEEK, file))


def _symlink(_: int) -> str:
    return str(SymlinkKey(CuratedTable.CURATED_TURNS, _WEEK))


def _put(what: str, key: Callable[[int], str], *roles: Role, once: bool = False, replica: bool = False) -> Operation:
    def call(caller: Caller) -> object:
        bucket, name = caller.bucket(replica=replica), key(caller.serial)
        if once:
            return caller.s3(replica=replica).put_object(Bucket=bucket, Key=name, Body=b"{}", IfNoneMatch="*")
        return caller.s3(replica=replica).put_object(Bucket=bucket, Key=name, Body=b"{}")

    return operation(f"put {what}{' in the replica' if replica else ''}", call, *roles)


def _put_models(*roles: Role, replica: bool) -> Operation:
    """Let the precondition fail, so that the registry stays as it is: it is looked at after the permissions."""

    def call(caller: Caller) -> None:
        try:
            caller.s3(replica=replica).put_object(
                Bucket=caller.bucket(replica=replica), Key=MODELS_KEY, Body=b"[]", IfMatch=f'"{"0" * 32}"'
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"PreconditionFailed", "NoSuchKey"}:
                raise

    return operation(f"put models{' in the replica' if replica else ''}", call, *roles)


def _get(
    what: str, key: Callable[[int], str], *roles: Role, version: bool = False, replica: bool = False
) -> Operation:
    def call(caller: Caller) -> object:
        bucket, name = caller.bucket(replica=replica), key(caller.serial)
        version_id, s3 = caller.given(name, replica=replica), caller.s3(replica=replica)
        if version:
            return s3.get_object(Bucket=bucket, Key=name, VersionId=version_id)
        return s3.get_object(Bucket=bucket, Key=name)

    of = f"{'a version of ' if version else ''}{what}{' in the replica' if replica else ''}"
    return operation(f"get {of}", call, *roles)


def _delete(
    what: str, key: Callable[[int], str], *roles: Role, version: bool = False, replica: bool = False
) -> Operation:
    def call(caller: Caller) -> object:
        bucket, name = caller.bucket(replica=replica), key(caller.serial)
        version_id, s3 = caller.given(name, replica=replica), caller.s3(replica=replica)
        if version:
            return s3.delete_object(Bucket=bucket, Key=name, VersionId=version_id)
        return s3.delete_object(Bucket=bucket, Key=name)

    of = f"{'a version of ' if version else ''}{what}{' in the replica' if replica else ''}"
    return operation(f"delete {of}", call, *roles)


def _list(prefix: str | None, *roles: Role, versions: bool = False, replica: bool = False) -> Operation:
    def call(caller: Caller) -> object:
        bucket, s3 = caller.bucket(replica=replica), caller.s3(replica=replica)
        if prefix is None:
            return s3.list_objects_v2(Bucket=bucket)
        if versions:
            return s3.list_object_versions(Bucket=bucket, Prefix=prefix)
        return s3.list_objects_v2(Bucket=bucket, Prefix=prefix)

    of = f"{'versions of ' if versions else ''}{prefix or 'everything'}{' in the replica' if replica else ''}"
    return operation(f"list {of}", call, *roles)


def _upload_in_parts(caller: Caller) -> object:
    bucket, key = caller.bucket(), _raw(caller.serial)
    upload = caller.s3().create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    return caller.s3().abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)


def _put_its_own_policy(caller: Caller) -> object:
    root = Caller(caller.lake, ROOT)
    found = root.s3().get_bucket_policy(Bucket=caller.bucket())["Policy"]
    return caller.s3().put_bucket_policy(Bucket=caller.bucket(), Policy=found)


S3_OPERATIONS: Final = (
    _put("a run", _raw, RUNNER, JUDGE, ERASER),
    _put("a summary", _score, RUNNER, JUDGE),
    _put("curated turns", _curated(CuratedFile.TURNS)),
    _put("an artifact", _artifact, PUBLISHER, OPERATOR, once=True),
    _put("a manifest", _manifest, PUBLISHER, OPERATOR, once=True),
    _put("a golden set", _golden_set, PUBLISHER, OPERATOR, once=True),
    _put("an erasure", _erasure, OPERATOR, ERASER, once=True),
    _put("a canary result", _result, JUDGE, OPERATOR),
    _put("an export", _export, OPERATOR),
    _put("a report", _report, OPERATOR),
    _put_models(PUBLISHER, OPERATOR, replica=False),
    _put("an artifact", _artifact, PUBLISHER, once=True, replica=True),
    _put("a manifest", _manifest, PUBLISHER, once=True, replica=True),
    _put("a golden set", _golden_set, PUBLISHER, once=True, replica=True),
    _put("a canary result", _result, PUBLISHER, replica=True),
    _put("an erasure", _erasure, PUBLISHER, ERASER, once=True, replica=True),
    _put("a run", _raw, replica=True),
    _put_models(PUBLISHER, replica=True),
    operation("upload a run in parts", _upload_in_parts, RUNNER, JUDGE),
    _get("a run", _raw, JUDGE, ANALYST, OPERATOR, ERASER),
    _get("a summary", _score, ANALYST, OPERATOR, ERASER),
    _get("curated turns", _curated(CuratedFile.TURNS), ANALYST, OPERATOR, ERASER),
    _get("a weekly summary", _curated(CuratedFile.WEEKLY_SUMMARY), ANALYST, OPERATOR, ERASER),
    _get("rejected lines", _curated(CuratedFile.REJECTED), OPERATOR, ERASER),
    _get("a table's manifest", _symlink, ANALYST, OPERATOR, ERASER),
    _get("an artifact", _artifact, RUNNER, JUDGE, PUBLISHER, OPERATOR, BREAK_GLASS),
    _get("a manifest", _manifest, RUNNER, JUDGE, PUBLISHER, OPERATOR, BREAK_GLASS),
    _get("a golden set", _golden_set, JUDGE, PUBLISHER, OPERATOR, BREAK_GLASS),
    _get("a canary result", _result, PUBLISHER, ANALYST, OPERATOR),
    _get("an export", _export, OPERATOR),
    _get("a report", _report, ANALYST, OPERATOR),
    _get("an erasure", _erasure, PUBLISHER, OPERATOR, ERASER, BREAK_GLASS),
    _get("a run", _raw, OPERATOR, ERASER, version=True),
    _get("a run", _raw, OPERATOR, ERASER, replica=True),
    _get("a manifest", _manifest, PUBLISHER, OPERATOR, BREAK_GLASS, version=True),
    _get("a manifest", _manifest, PUBLISHER, OPERATOR, BREAK_GLASS, replica=True),
    _get("a canary result", _result, PUBLISHER, OPERATOR, replica=True),
    _list(None, PUBLISHER, OPERATOR, ERASER, BREAK_GLASS),
    _list("raw/", JUDGE, ANALYST, OPERATOR, ERASER),
    _list("scores/", ANALYST, OPERATOR, ERASER),
    _list("curated/", OPERATOR, ERASER),
    _list(f"curated/week={_WEEK}/", ANALYST, OPERATOR, ERASER),
    _list("curated/symlinks/weekly_summary/", ANALYST, OPERATOR, ERASER),
    _list("config/", RUNNER, JUDGE, PUBLISHER, OPERATOR, BREAK_GLASS),
    _list("manifests/", RUNNER, JUDGE, PUBLISHER, OPERATOR, BREAK_GLASS),
    _list("calibration/golden_sets/", JUDGE, PUBLISHER, OPERATOR, BREAK_GLASS),
    _list("calibration/results/", PUBLISHER, ANALYST, OPERATOR, BREAK_GLASS),
    _list("exports/", OPERATOR, ERASER),
    _list("raw/", OPERATOR, ERASER, versions=True),
    _list("erasures/", PUBLISHER, OPERATOR, ERASER, BREAK_GLASS),
    _list("raw/", OPERATOR, ERASER, versions=True, replica=True),
    _list("config/", PUBLISHER, OPERATOR, BREAK_GLASS, versions=True),
    _list("config/", PUBLISHER, OPERATOR, BREAK_GLASS, replica=True),
    _list("manifests/", PUBLISHER, OPERATOR, BREAK_GLASS, versions=True, replica=True),
    _delete("a run", _raw, ERASER),
    _delete("a run", _raw, ERASER, version=True),
    _delete("a run", _raw, ERASER, version=True, replica=True),
    _delete("a summary", _score, ERASER),
    _delete("a summary", _score, ERASER, version=True),
    _delete("curated turns", _curated(CuratedFile.TURNS), ERASER),
    _delete("curated turns", _curated(CuratedFile.TURNS), ERASER, version=True),
    _delete("a table's manifest", _symlink, ERASER, version=True),
    _delete("a canary result", _result),
    _delete("an export", _export),
    _delete("a report", _report, ERASER),
    _delete("an erasure", _erasure, BREAK_GLASS),
    _delete("an erasure", _erasure, BREAK_GLASS, version=True),
    _delete("an artifact", _artifact, BREAK_GLASS),
    _delete("an artifact", _artifact, BREAK_GLASS, version=True),
    _delete("a manifest", _manifest, BREAK_GLASS, version=True),
    _delete("a golden set", _golden_set, BREAK_GLASS, version=True),
    _delete("an artifact", _artifact, BREAK_GLASS, version=True, replica=True),
    _delete("a manifest", _manifest, BREAK_GLASS, replica=True),
    operation("locate the bucket", lambda c: c.s3().get_bucket_location(Bucket=c.bucket()), ANALYST, OPERATOR),
    operation("read the bucket's policy", lambda c: c.s3().get_bucket_policy(Bucket=c.bucket())),
    operation("change the bucket's policy", _put_its_own_policy),
)
