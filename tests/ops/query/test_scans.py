"""What is fetched for a query: the columns and partitions that it needs, and never fewer."""

from datetime import date, timedelta

import pytest

from schemas.catalog.queries import queries
from schemas.keys.weeks import Week
from tests.ops.query.lake import MODELS, NOW, Lake

SAVED = {query.name: query.sql for query in queries(MODELS)}
# Each key's partition in the order of the days, and what a query selects of it.
DAYS = tuple(date(2025, 11, 3) + timedelta(days=number) for number in range(4))


@pytest.fixture
def lake(lake: Lake) -> Lake:
    for day in DAYS:
        for model in MODELS:
            lake.put({f"raw/dt={day}/model={model}/phase=P2/{day}-{model}.jsonl": b'{"turn":1,"violations":["a"]}\n'})
        lake.put({f"scores/dt={day}/{day}.json": b'{"run_id":"%b","half_life_turn":5}\n' % str(day).encode()})
    return lake


def fetched(lake: Lake) -> set[str]:
    return {key.rpartition("/")[2].removesuffix(".jsonl").removesuffix(".json") for key in lake.fetched}


ALL = {f"{day}-{model}" for day in DAYS for model in MODELS}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT turn FROM turns WHERE dt = '2025-11-05'", {"2025-11-05-model-a", "2025-11-05-model-b"}),
        ("SELECT turn FROM turns WHERE dt > '2025-11-05' AND model LIKE '%b' AND turn = 1", {"2025-11-06-model-b"}),
        (
            "SELECT turn FROM turns WHERE dt = '2025-11-03' OR dt = '2025-11-04' AND model = 'model-a'",
            {"2025-11-03-model-a", "2025-11-03-model-b", "2025-11-04-model-a"},
        ),
        ("SELECT turn FROM turns WHERE phase = 'P1'", set()),
        (
            "SELECT v FROM turns, UNNEST(violations) AS t (v) WHERE dt = '2025-11-03' AND model = 'model-b'",
            {"2025-11-03-model-b"},
        ),
        (
            "WITH t AS (SELECT * FROM turns) SELECT turn FROM t WHERE dt = '2025-11-03' AND model = 'model-b'",
            {"2025-11-03-model-b"},
        ),
        (
            "SELECT 1 FROM turns a JOIN turns b ON a.turn = b.turn WHERE a.dt = '2025-11-03' AND b.dt = '2025-11-04'",
            {f"2025-11-0{day}-{model}" for day in (3, 4) for model in MODELS},
        ),
        # A condition on rows that may be missing, or that were chosen before, rules out nothing.
        (
            "SELECT a.turn FROM scores s LEFT JOIN turns a ON s.run_id = a.run_id WHERE a.dt IS NULL",
            {*map(str, DAYS), *ALL},
        ),
        ("SELECT turn FROM (SELECT turn, dt FROM turns LIMIT 100) WHERE dt = '2025-11-03'", ALL),
        ("SELECT turn FROM turns WHERE dt = '2025-11-03' OR turn = 1", ALL),
        ("SELECT turn FROM turns LIMIT 0", set()),
        ("SELECT 1 FROM turns WHERE turn IS NULL OR true", ALL),
        ("SELECT week FROM runs WHERE week = '2025-W45' AND dt > DATE '2025-11-05'", {"2025-11-06"}),
        ("SELECT week FROM runs WHERE dt >= current_date - 30 AND NOT week = '2025-W45'", set()),
    ],
)
def test_objects_of_other_partitions_are_not_fetched(lake: Lake, sql: str, expected: set[str]) -> None:
    lake.rows(sql)
    assert fetched(lake) == expected


def test_value_of_a_column_that_is_not_needed_does_not_matter(lake: Lake) -> None:
    lake.put({"raw/dt=2025-11-05/model=model-a/phase=P0/x.jsonl": b'{"turn":2,"score":"8"}\n'})
    assert lake.rows("SELECT sum(turn) FROM turns WHERE dt = '2025-11-05'") == [(4,)]


def test_parameters_choose_partitions(lake: Lake) -> None:
    rows = lake.engine().answer_athena(SAVED["worst_half_lives"], ["'2025-W45'"]).rows
    assert [row[0] for row in rows] == [*map(str, DAYS)]
    assert sorted(lake.listed) == [f"scores/dt={day}/" for day in Week(2025, 45).days()]


def test_days_of_a_query_are_listed_side_by_side(lake: Lake) -> None:
    lake.engine().answer_athena(SAVED["csd_subscores"])
    days = [date(2025, 11, 1) + timedelta(days=number) for number in range(21)]
    # The projected range ends tomorrow.
    assert days[-1] == NOW.date() + timedelta(days=1)
    assert sorted(lake.listed) == [f"raw/dt={day}/model=" for day in days]


def test_view_is_pruned_by_the_day_that_its_table_has(lake: Lake) -> None:
    lake.engine().answer_athena(SAVED["half_life_trend"])
    days = (NOW.date() - timedelta(weeks=12) + timedelta(days=number) for number in range(12 * 7 + 2))
    assert sorted(lake.listed) == [f"scores/dt={day}/" for day in days]
