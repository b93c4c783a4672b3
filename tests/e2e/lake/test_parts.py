"""Weeks of several parts on the deployed state machine; for the test, each run is a part."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from ops.aws import Access
from ops.curation.in_process import InProcessEngine
from ops.curation.processes import PartsSideBySide
from schemas.curation import CurationRequest, Outcome
from schemas.keys.layout import PartKey
from schemas.keys.weeks import Week
from schemas.names import PRIMARY_REGION, Function, Names, Part
from tests.e2e.lake.conftest import Lake
from tests.e2e.lake.test_curation import RUNS, curate, ops, put_run, rows
from tests.lambdas.curate_week.lake import raw_key

pytestmark = pytest.mark.e2e

WEEK, FAILING, LOCAL = Week(2025, 26), Week(2025, 28), Week(2025, 30)
LATE: Final = "01HQVZ3K9XZZZZZZZZZZZZZZZZ"
BOUND: Final = b"PART_WORK: Final = 4_000_000_000"


@pytest.fixture(scope="module", autouse=True)
def _parts_of_one_run(lake: Lake) -> Iterator[None]:
    code = code_of_curate_week(lake)
    deploy_with(lake, code, bound=BOUND.replace(b"4_000_000_000", b"1"))
    yield
    deploy_with(lake, code, bound=BOUND)


def code_of_curate_week(lake: Lake) -> Path:
    """Return the folder of what was deployed as CurateWeek."""
    assembly = lake.endpoint.folder / "assembly"
    template = json.loads((assembly / f"{Names().stack(Part.CURATION)}.template.json").read_bytes())
    described = [each["Properties"] for each in template["Resources"].values()]
    (key,) = (each["Code"]["S3Key"] for each in described if each.get("FunctionName") == Function.CURATE_WEEK)
    return assembly / f"asset.{key.removesuffix('.zip')}"


def deploy_with(lake: Lake, code: Path, *, bound: bytes) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in code.rglob("*"):
            if path.is_file():
                content = path.read_bytes()
                if path.name == "parts.py" and path.parent.name == "curate_week":
                    assert BOUND in content
                    content = content.replace(BOUND, bound)
                archive.writestr(str(path.relative_to(code)), content)
    lake.endpoint.client("lambda").update_function_code(FunctionName=Function.CURATE_WEEK, ZipFile=packed.getvalue())


def parts(lake: Lake, week: Week) -> set[str]:
    listed = lake.endpoint.client("s3").list_objects_v2(Bucket=lake.deployment.bucket, Prefix=f"curated/week={week}/")
    return {PartKey.parse(each["Key"]).sha256 for each in listed["Contents"] if PartKey.matches(each["Key"])}


def test_a_week_of_parts_is_curated_seen_by_its_tables_and_a_late_run_has_one_part_done(lake: Lake) -> None:
    for run_id in RUNS:
        put_run(lake, WEEK, run_id, 9, 8)
    (report,) = curate(lake, str(WEEK))
    assert (report["outcome"], report["parts"]) == ("curated", 2)
    before = parts(lake, WEEK)
    assert len(before) == 2
    put_run(lake, WEEK, LATE, 4)
    curate(lake, str(WEEK))
    assert len(parts(lake, WEEK) - before) == 1
    turns = "SELECT run_id, turn, score FROM curated_turns WHERE week = '2025-W26' ORDER BY run_id, turn"
    assert rows(lake, turns) == [
        *((run_id, turn, score) for run_id in RUNS for turn, score in ((1, 9.0), (2, 8.0))),
        (LATE, 1, 4.0),
    ]
    runs = "SELECT run_id, turns_count FROM curated_runs WHERE week = '2025-W26' ORDER BY run_id"
    assert rows(lake, runs) == [*((run_id, 2) for run_id in RUNS), (LATE, 1)]
    assert rows(lake, "SELECT runs_count FROM weekly_summary WHERE week = '2025-W26'") == [(3,)]
    assert curate(lake, str(WEEK))[0]["outcome"] == "unchanged"


@contextmanager
def unreadable(lake: Lake, key: str) -> Iterator[None]:
    """Deny the function an object."""
    iam, function = lake.endpoint.client("iam"), lake.endpoint.client("lambda")
    role = function.get_function_configuration(FunctionName=Function.CURATE_WEEK)["Role"].rpartition("/")[2]
    resource = f"arn:aws:s3:::{lake.deployment.bucket}/{key}"
    statement = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": resource}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="Unreadable", PolicyDocument=policy)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="Unreadable")


def test_a_part_that_always_fails_fails_the_execution_and_heals_with_the_next(lake: Lake) -> None:
    for run_id in RUNS:
        put_run(lake, FAILING, run_id, 9, 8)
    with unreadable(lake, str(raw_key(FAILING, RUNS[0]))):
        ended = ops(lake, "curate", str(FAILING))
    assert ended.returncode == 1
    assert "ended as FAILED" in ended.stderr
    assert rows(lake, "SELECT count(*) FROM curated_turns WHERE week = '2025-W28'") == [(0,)]
    curate(lake, str(FAILING))
    assert rows(lake, "SELECT count(*) FROM curated_turns WHERE week = '2025-W28'") == [(4,)]


def made(lake: Lake, week: Week) -> dict[str, bytes]:
    """Return all files of the week's parts."""
    s3, bucket = lake.endpoint.client("s3"), lake.deployment.bucket
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"curated/week={week}/parts/")["Contents"]
    return {each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in listed}


def test_processes_of_this_machine_make_the_bytes_that_functions_make(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for run_id in RUNS:
        put_run(lake, LOCAL, run_id, 9, 8)
    curate(lake, str(LOCAL))
    by_functions = made(lake, LOCAL)
    s3, bucket = lake.endpoint.client("s3"), lake.deployment.bucket
    for key in by_functions:
        s3.delete_object(Bucket=bucket, Key=key)
    monkeypatch.setenv("SSL_CERT_FILE", str(lake.endpoint.ca_bundle))
    for module in ("plan", "curator", "steps"):
        monkeypatch.setattr(f"lambdas.curate_week.{module}.PART_WORK", 1)
    read: list[int] = []
    access = Access(PRIMARY_REGION, lake.endpoint.url, str(lake.endpoint.ca_bundle), "test", "test", None)
    engine = InProcessEngine(
        s3=access.aws().s3(),
        objects=access.aws().objects(bucket),
        bucket=bucket,
        today=date(2025, 11, 20),
        follow=read.append,
        side_by_side=PartsSideBySide(lambda: access, bucket, read.append, processes=2),
    )
    (report,) = engine.ask(CurationRequest(weeks=[str(LOCAL)]))
    assert (report.outcome, report.parts, len(read)) == (Outcome.CURATED, 2, 2)
    assert made(lake, LOCAL) == by_functions
