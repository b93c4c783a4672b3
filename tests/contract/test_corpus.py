"""Trino gives the recorded answers on the corpus; `make contract ARGS=--record` writes them down instead."""

import json

import pytest

from ops.query.failures import QueryError
from tests.contract.contract import Contract
from tests.contract.corpus import objects
from tests.contract.statements import Rows, Statement, answered, assert_same, refused, sorted_by, write
from tests.ops.query.lake import DATABASE, Lake

pytestmark = pytest.mark.contract


@pytest.fixture(scope="module")
def corpus(contract: Contract) -> Contract:
    """Give the lake with the corpus beside it, in a bucket and a database of its own."""
    lake = Lake(glue=contract.glue, s3=contract.s3)
    lake.create()
    lake.put(objects())
    return contract


def ask(contract: Contract, statement: Statement) -> tuple[dict[str, object], Rows]:
    """Return Trino's answer as it is recorded: its columns, or the error's name, and the rows."""
    try:
        answer = contract.trino(DATABASE).answer(statement.sql, statement.parameters)
    except QueryError as error:
        return {"error": str(error).partition(":")[0]}, ()
    return {"columns": [*answer.columns]}, answer.rows


@pytest.mark.parametrize("statement", [*answered(), *refused()], ids=lambda it: it.name)
def test_answer_is_the_recorded_one(corpus: Contract, statement: Statement, request: pytest.FixtureRequest) -> None:
    answer, rows = ask(corpus, statement)
    if request.config.getoption("--record"):
        write(statement, answer, rows)
    recorded = json.loads(statement.file.read_text())
    assert {key: recorded[key] for key in answer} == answer
    assert_same(rows, recorded.get("rows", []), by=sorted_by(statement.sql, recorded.get("columns", [])))


@pytest.mark.parametrize("statement", [*refused()], ids=lambda it: it.name)
def test_what_athenas_types_refuse_is_recorded_as_refused(corpus: Contract, statement: Statement) -> None:
    assert ask(corpus, statement)[0]["error"] in {"TYPE_MISMATCH", "COLUMN_NOT_FOUND"}
