"""`ops query --local` gives the answers that Trino gave, as `make contract ARGS=--record` wrote them down."""

import json
from collections.abc import Iterator

import pytest
from moto import mock_aws

from ops.query.failures import QueryError
from ops.query.local import LocalEngine
from ops.query.result import Answer
from schemas.catalog.data_sets import DATA_SETS, DataSet
from tests.contract.corpus import TODAY, objects
from tests.contract.statements import (
    RECORDED,
    Statement,
    answered,
    assert_declared,
    assert_same,
    documented,
    refused,
    sorted_by,
)
from tests.ops.query.lake import Lake, moto_credentials


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEngine]:
    """Give one lake to all tests, which only read it."""
    with moto_credentials(), mock_aws():
        lake = Lake()
        lake.create()
        lake.put(objects())
        yield lake.engine(now=TODAY)


def ask(engine: LocalEngine, statement: Statement) -> Answer:
    answer = engine.answer_athena if statement.saved else engine.answer
    return answer(statement.sql, statement.parameters)


@pytest.mark.parametrize("statement", [it for it in answered() if not it.declined], ids=lambda it: it.name)
def test_local_answer_is_the_recorded_one(engine: LocalEngine, statement: Statement) -> None:
    recorded = json.loads(statement.file.read_text())
    assert (recorded["sql"], recorded["parameters"]) == (statement.sql, [*statement.parameters])
    answer = ask(engine, statement)
    assert [name.lower() for name in answer.columns] == [name.lower() for name in recorded["columns"]]
    assert_same(answer.rows, recorded.get("rows", []), by=sorted_by(statement.sql, answer.columns))


@pytest.mark.parametrize("statement", [it for it in answered() if it.declined], ids=lambda it: it.name)
def test_line_that_athena_may_read_otherwise_is_declined(engine: LocalEngine, statement: Statement) -> None:
    with pytest.raises(QueryError, match=r"line 1: .*: not known what Athena reads there; run it without --local$"):
        ask(engine, statement)


@pytest.mark.parametrize("data_set", DATA_SETS, ids=lambda it: it.name)
def test_data_set_has_the_columns_that_quicksight_is_given(engine: LocalEngine, data_set: DataSet) -> None:
    assert_declared(engine.answer_athena(data_set.sql()), data_set)


def test_recordings_are_those_of_the_statements() -> None:
    names = [statement.name for statement in (*answered(), *refused())]
    assert len(set(names)) == len(names)
    assert {file.stem for file in RECORDED.iterdir()} == {*names}


def test_every_answer_has_a_row_and_the_runbook_has_queries() -> None:
    assert [it.name for it in answered() if not json.loads(it.file.read_text()).get("rows")] == []
    assert len([*documented()]) > 1
