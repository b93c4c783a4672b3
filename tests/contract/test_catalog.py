"""Trino reads the deployed catalog as the schemas, pyarrow and the local engine do; `make contract` runs these."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pytest

from ops.query.failures import QueryError
from schemas.catalog.data_sets import DATA_SETS, DataSet
from schemas.catalog.queries import Query, queries
from schemas.keys.grammar import CuratedTable
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from tests.contract.contract import PROJECTION, Contract, check_partitions, check_values, check_view
from tests.contract.statements import WEEK, assert_declared, assert_same, documented, sorted_by

if TYPE_CHECKING:
    from mypy_boto3_glue.type_defs import TableInputTypeDef

pytestmark = pytest.mark.contract

PARTITIONED = ("turns", "scores", *CuratedTable)


@pytest.mark.parametrize("query", queries([*load_models()]), ids=lambda query: query.name)
def test_saved_query_has_the_local_answer(contract: Contract, query: Query) -> None:
    parameters = [WEEK] * len(query.parameters)
    answer = contract.trino().answer(query.sql, parameters)
    local = contract.local().answer_athena(query.sql, parameters)
    assert answer.rows
    assert [name.lower() for name in answer.columns] == [name.lower() for name in local.columns]
    assert_same(answer.rows, local.rows, by=sorted_by(query.sql, answer.columns))


@pytest.mark.parametrize("data_set", DATA_SETS, ids=lambda it: it.name)
def test_data_set_has_the_local_answer_and_the_columns_that_quicksight_is_given(
    contract: Contract, data_set: DataSet
) -> None:
    # As QuickSight asks it, with the database before the table.
    answer = contract.trino("default").answer(data_set.sql(contract.database))
    assert_declared(answer, data_set)
    assert_same(answer.rows, contract.local().answer_athena(data_set.sql()).rows)


@pytest.mark.parametrize("sql", [*documented()])
def test_query_of_the_runbook_has_the_local_answer(contract: Contract, sql: str) -> None:
    answer = contract.trino().answer(sql)
    assert_same(answer.rows, contract.local().answer(sql).rows, by=sorted_by(sql, answer.columns))


@pytest.mark.parametrize("table", PARTITIONED)
def test_partitions_are_those_of_the_keys(contract: Contract, table: str) -> None:
    check_partitions(contract.trino(), table)


def test_years_of_53_weeks_are_projected() -> None:
    assert Week(2026, 53) in PROJECTION.weeks()


@pytest.mark.parametrize("table", CuratedTable)
def test_values_are_those_that_pyarrow_reads(contract: Contract, table: CuratedTable) -> None:
    assert check_values(contract, contract.trino(), table) > 100


def test_view_has_each_run_in_its_week(contract: Contract) -> None:
    check_view(contract, contract.trino())


# What would go unseen if the checks above could not fail: each change of a table makes one of them.
Change = Callable[[dict[str, object]], object]


@contextmanager
def changed(contract: Contract, change: Change, *names: str) -> Iterator[str]:
    """Give a database with copies of deployed tables, changed."""
    database = "changed"
    contract.glue.create_database(DatabaseInput={"Name": database})
    try:
        for name in names:
            found = contract.glue.get_table(DatabaseName=contract.database, Name=name)["Table"]
            kept = ("Name", "TableType", "Parameters", "PartitionKeys", "StorageDescriptor")
            table: dict[str, object] = {key: value for key, value in found.items() if key in kept or "View" in key}
            change(table)
            contract.glue.create_table(DatabaseName=database, TableInput=cast("TableInputTypeDef", table))
        yield database
    finally:
        contract.glue.delete_database(Name=database)


def describe(table: dict[str, object]) -> None:
    if table["TableType"] == "VIRTUAL_VIEW":
        table["Description"] = "Runs with their week."


def retype(table: dict[str, object]) -> None:
    columns = cast("dict[str, list[dict[str, str]]]", table["StorageDescriptor"])["Columns"]
    next(column for column in columns if column["Name"] == "score")["Type"] = "bigint"


def relocate(table: dict[str, object]) -> None:
    parameters = cast("dict[str, str]", table["Parameters"])
    parameters["storage.location.template"] = parameters["storage.location.template"].replace("curated_", "")


def reproject(table: dict[str, object]) -> None:
    parameters = cast("dict[str, str]", table["Parameters"])
    parameters["projection.week.values"] = parameters["projection.week.values"].replace("2026-W53,", "")


@pytest.mark.parametrize("change", [retype, relocate])
def test_change_that_breaks_the_values_of_a_table_fails(contract: Contract, change: Change) -> None:
    with changed(contract, change, "curated_turns") as database, pytest.raises((AssertionError, QueryError)):
        check_values(contract, contract.trino(database), CuratedTable.CURATED_TURNS)


def test_view_with_a_description_fails(contract: Contract) -> None:
    with changed(contract, describe, "scores", "runs") as database, pytest.raises(QueryError):
        check_view(contract, contract.trino(database))


def test_change_of_a_projection_fails(contract: Contract) -> None:
    with changed(contract, reproject, "curated_turns") as database, pytest.raises(AssertionError):
        check_partitions(contract.trino(database), "curated_turns")


def test_copy_that_is_not_changed_passes(contract: Contract) -> None:
    with changed(contract, lambda _: None, "scores", "runs", "curated_turns") as database:
        check_view(contract, contract.trino(database))
        check_values(contract, contract.trino(database), CuratedTable.CURATED_TURNS)
        check_partitions(contract.trino(database), "curated_turns")
