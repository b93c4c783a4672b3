import re
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from schemas import names
from schemas.names import Function, Metric, Names, Part, StageError
from schemas.roles import Role

ACCOUNT = "123456789012"
LAMBDAS = Path(__file__).resolve().parents[2] / "lambdas"
LONGEST = "abcdefghij"
STAGES = st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True)


def physical_names(stage: str) -> list[str]:
    of = Names(stage)
    properties = [getattr(of, name) for name, kind in vars(Names).items() if isinstance(kind, property)]
    roles = [of.role(role) for role in Role if role is not Role.BREAK_GLASS]
    return [
        *properties,
        *roles,
        of.bucket(ACCOUNT),
        of.replica_bucket(ACCOUNT),
        *map(of.stack, Part),
        *map(of.function, Function),
        *map(of.dead_letters, {function.part for function in Function}),
    ]


def test_without_a_stage_names_are_those_of_the_layout_document_and_the_design() -> None:
    of = Names()
    assert of.bucket(ACCOUNT) == "socratic-bench-123456789012"
    assert of.replica_bucket(ACCOUNT) == "socratic-bench-123456789012-us-west-2"
    assert of.runs_table == "SocraticBench-Runs"
    assert of.function(Function.INDEX_RUN) == "IndexRun"
    assert (of.database, of.workgroup) == ("socratic_bench", "socratic-bench")
    assert of.role(Role.OPERATOR) == "SocraticBenchOperator"
    assert of.role(Role.BREAK_GLASS) == "SocraticBenchBreakGlass"
    assert of.stack(Part.STORAGE) == "SocraticBenchStorage"


def test_a_stage_comes_last_but_before_the_region_of_a_bucket() -> None:
    of = Names("dev2")
    assert of.bucket(ACCOUNT) == "socratic-bench-123456789012-dev2"
    assert of.replica_bucket(ACCOUNT) == "socratic-bench-123456789012-dev2-us-west-2"
    assert of.runs_table == "SocraticBench-Runs-dev2"
    assert of.function(Function.INDEX_RUN) == "IndexRun-dev2"
    assert (of.database, of.workgroup) == ("socratic_bench_dev2", "socratic-bench-dev2")
    assert of.stack(Part.STORAGE) == "SocraticBenchStorage-dev2"


@pytest.mark.parametrize("stage", ["", "a", "z9", "dev", "a123456789", LONGEST])
def test_a_good_stage_is_accepted(stage: str) -> None:
    assert Names(stage).stage == stage


@pytest.mark.parametrize(
    "stage",
    [
        "Dev",
        "DEV",
        "1dev",
        "dev-1",
        "dev_1",
        "dev.1",
        "dev 1",
        " ",
        "dev\n",
        "\ndev",
        "abcdefghijk",
        "d\u00e9v",
        "dev\u0661",
        "-",
        "${x}",
    ],
)
def test_a_bad_stage_is_refused_in_one_line_that_says_what_is_accepted(stage: str) -> None:
    with pytest.raises(StageError) as caught:
        Names(stage)
    assert str(caught.value) == f"stage {stage!r}: expected {names.STAGE_EXPECTED}"
    assert len(str(caught.value).splitlines()) == 1


@given(STAGES | st.just(""), STAGES)
def test_two_stages_share_no_name(one: str, other: str) -> None:
    together = physical_names(one) + (physical_names(other) if other != one else [])
    assert len(set(together)) == len(together)


@pytest.mark.parametrize("stage", ["", "a", LONGEST])
def test_bucket_names_are_ones_that_s3_takes(stage: str) -> None:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    for bucket in (Names(stage).bucket(ACCOUNT), Names(stage).replica_bucket(ACCOUNT)):
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", bucket)
        assert not bucket.endswith("-s3alias")


def test_role_function_table_and_stack_names_fit_with_the_longest_stage() -> None:
    assert all(len(name) <= 63 for name in physical_names(LONGEST))


@pytest.mark.parametrize("metric", Metric)
def test_a_metric_is_published_by_the_function_that_it_names(metric: Metric) -> None:
    mentioned = re.compile(rf"\bMetric\.{metric.name}\b")
    found = {file.parent.name for file in LAMBDAS.rglob("*.py") if mentioned.search(file.read_text(encoding="utf-8"))}
    assert found == {metric.function.package}
