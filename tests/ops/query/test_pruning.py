import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import product

import pytest
from moto import mock_aws

from ops.query import local
from ops.query.catalog import Table
from ops.query.failures import QueryError
from ops.query.listing import PartitionFiles, prefixes
from ops.query.prepare import Prepared, prepare
from ops.query.pruning import Partitions, needed_partitions
from ops.sample import SampleOptions, generate
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from tests.ops.query.lake import MODELS, NOW, Lake, catalog, moto_credentials

CATALOG = catalog()
DAYS = [str(date(2025, 1, 1) + timedelta(days=number)) for number in range(325)]
PHASES = ("P0", "P1", "P2", "P3")


def partitions(sql: str) -> Mapping[str, Partitions]:
    return needed_partitions(prepare(sql, (), CATALOG), now=NOW)


def all_of(days: Iterable[str] = DAYS, models: Iterable[str] = MODELS, phases: Iterable[str] = PHASES) -> set[object]:
    return set(product(days, models, phases))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("true", all_of()),
        ("dt = '2025-11-05'", all_of(["2025-11-05"])),
        ("dt = '2024-12-31'", all_of([])),
        ("dt = '2025-11-21'", all_of(["2025-11-21"])),
        ("dt = '2025-11-22'", all_of([])),
        ("'2025-11-05' <= dt AND dt < '2025-11-07'", all_of(["2025-11-05", "2025-11-06"])),
        ("dt BETWEEN '2025-11-05' AND '2025-11-06'", all_of(["2025-11-05", "2025-11-06"])),
        ("dt LIKE '2025-11-0%' AND phase IN ('P1', 'P9')", all_of(DAYS[304:313], phases=["P1"])),
        ("model = 'unregistered'", all_of(models=[])),
        ("model = 'model-a' OR phase = 'P3'", all_of(models=["model-a"]) | all_of(phases=["P3"])),
        ("NOT (model = 'model-a')", all_of(models=["model-b"])),
        ("model = 'model-a' AND score > 5 AND turn = 1", all_of(models=["model-a"])),
        # The other side of an OR may let rows of any partition through.
        ("model = 'model-a' OR score > 5", all_of()),
        ("concat(model, phase) = 'model-aP1'", all_of(models=["model-a"], phases=["P1"])),
        ("cast(dt AS date) >= date_add('day', -1, current_date)", all_of(DAYS[-3:])),
        ("dt IS NULL", all_of([])),
        ("model IN (SELECT model FROM scores)", all_of()),
    ],
)
def test_conditions_on_partition_keys(condition: str, expected: set[object]) -> None:
    assert partitions(f"SELECT count(*) FROM turns WHERE {condition}")["turns"].needed == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1 FROM runs WHERE week = '2025-W45'", DAYS[306:313]),
        ("SELECT 1 FROM (SELECT dt AS day FROM scores) WHERE day = date '2025-11-05'", ["2025-11-05"]),
        ("SELECT 1 FROM (SELECT * FROM runs WHERE week > '2025-W44') WHERE week < '2025-W46'", DAYS[306:313]),
        ("SELECT 1 FROM runs r JOIN turns t ON r.run_id = t.run_id WHERE r.week = '2025-W45'", DAYS[306:313]),
        ("WITH r AS (SELECT * FROM runs WHERE week = '2025-W45') SELECT 1 FROM r", DAYS[306:313]),
        # A shared WITH is read whole, even where one of its readers needs less.
        ("WITH r AS (SELECT * FROM runs) SELECT 1 FROM r WHERE week = '2025-W45'", DAYS),
        # Two places need the union.
        ("SELECT 1 FROM scores WHERE dt = date '2025-11-05' UNION SELECT 1 FROM scores WHERE dt = date '2025-11-06'",
         ["2025-11-05", "2025-11-06"]),
        ("SELECT 1 FROM scores a, scores b WHERE a.dt = date '2025-11-05'", DAYS),
        # Behind a limit, a group or a window the condition is not one on the rows that are read.
        ("SELECT 1 FROM (SELECT dt FROM scores ORDER BY dt LIMIT 5) WHERE dt = date '2025-11-05'", DAYS),
        ("SELECT 1 FROM (SELECT max(dt) AS d FROM scores) WHERE d = date '2025-11-05'", DAYS),
        ("SELECT 1 FROM (SELECT dt, rank() OVER (ORDER BY dt) n FROM scores) WHERE n = 1 AND dt = date '2025-11-05'",
         DAYS),
        # A row of NULLs must not appear because a partition was left out.
        ("SELECT 1 FROM turns t LEFT JOIN scores s ON s.run_id = t.run_id WHERE s.dt IS NULL", DAYS),
        ("SELECT 1 FROM turns t LEFT JOIN runs s ON s.run_id = t.run_id WHERE coalesce(s.week, 'x') = 'x'", DAYS),
        ("SELECT 1 FROM turns t LEFT JOIN runs s ON s.run_id = t.run_id WHERE s.week = '2025-W45'", DAYS[306:313]),
        ("SELECT 1 FROM turns RIGHT JOIN (SELECT coalesce(dt, dt) d FROM scores) ON true WHERE d = date '2025-11-05'",
         ["2025-11-05"]),
        # The inner table's days have nothing to do with the outer one's.
        ("SELECT 1 FROM turns WHERE run_id IN (SELECT run_id FROM scores) AND dt = '2025-11-05'", DAYS),
        ("SELECT 1 FROM turns t WHERE EXISTS (SELECT 1 FROM scores WHERE date_format(dt, '%Y-%m-%d') = t.dt)", DAYS),
    ],
)  # fmt: skip
def test_conditions_reach_the_scores_through_views_and_subqueries(sql: str, expected: list[str]) -> None:
    assert sorted(partitions(sql)["scores"].needed) == [(day,) for day in expected]


def test_table_without_keys_is_one_partition() -> None:
    found = partitions("SELECT 1 FROM calibration_results WHERE date = '2025-11-05'")["calibration_results"]
    assert found == Partitions(projected={}, needed=frozenset({()}))


# Each with whether any partition is left out.
ANSWERS = {
    "SELECT dt, model, count(*) FROM turns WHERE dt > '2025-11-04' GROUP BY 1, 2 ORDER BY 1, 2": True,
    "SELECT week, count(*) FROM runs WHERE week <> '2025-W45' OR phase = 'P1' GROUP BY week ORDER BY 1": False,
    "SELECT t.model, s.week FROM turns t LEFT JOIN runs s ON s.run_id = t.run_id AND s.week = '2025-W45'"
    " WHERE s.week IS NULL AND t.turn = 1 ORDER BY t.run_id": False,
    "SELECT t.model, s.week FROM turns t LEFT JOIN runs s ON s.run_id = t.run_id"
    " WHERE s.week = '2025-W45' AND t.turn = 1 ORDER BY t.run_id": True,
    "SELECT count(*) FROM turns t FULL JOIN runs s USING (run_id) WHERE t.dt IS NULL OR s.phase = 'P2'": False,
    "SELECT count(*) FROM scores WHERE dt NOT IN (SELECT cast(dt AS date) FROM turns WHERE model = 'model-a')": True,
    "SELECT count(*) FROM (SELECT dt, rank() OVER (ORDER BY dt) AS r FROM scores)"
    " WHERE dt > date '2025-11-01' AND r < 30": False,
    "WITH a AS (SELECT * FROM runs) SELECT count(*) FROM a x JOIN a y ON x.week = y.week WHERE x.phase = 'P1'": False,
    "SELECT phase FROM turns WHERE dt > '2025-11-04' INTERSECT SELECT phase FROM turns WHERE dt < '2025-11-05'"
    " ORDER BY 1": False,
}


@pytest.fixture(scope="module")
def stored() -> Iterator[Lake]:
    with moto_credentials(), mock_aws():
        lake = Lake()
        lake.create()
        options = SampleOptions(weeks=(Week(2025, 44), Week(2025, 45)), models=(*MODELS, "x"), runs=2, turns=(1, 3))
        lake.put((sample.key, sample.body) for sample in generate(options, prices=load_models()))
        yield lake


@pytest.mark.parametrize(("sql", "prunes"), ANSWERS.items())
def test_pruned_answer_is_the_whole_one(
    stored: Lake,
    sql: str,
    prunes: bool,  # noqa: FBT001 - pytest passes by name
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pruned = stored.rows(sql)

    def everything(prepared: Prepared, **_: object) -> Mapping[str, Partitions]:
        found = {name: partitions(f"SELECT 1 FROM {name}")[name] for name in prepared.tables}
        read.append(found != needed_partitions(prepared, now=NOW))
        return found

    read: list[bool] = []
    monkeypatch.setattr(local, "needed_partitions", everything)
    assert stored.rows(sql) == pruned
    assert read == [prunes]
    assert len(pruned) > 1 or pruned[0][0]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("true", ["raw/dt="]),
        ("dt = '2025-11-05'", ["raw/dt=2025-11-05/model="]),
        ("dt = '2025-11-05' AND model = 'model-b'", ["raw/dt=2025-11-05/model=model-b/phase="]),
        ("dt = '2025-11-05' AND phase = 'P2'", [f"raw/dt=2025-11-05/model={it}/phase=P2/" for it in MODELS]),
        ("dt = '2025-11-05' AND (model = 'model-b' OR phase = 'P2')",
         ["raw/dt=2025-11-05/model=model-a/phase=P2/", "raw/dt=2025-11-05/model=model-b/phase="]),
        ("dt = '2031-01-01'", []),
    ],
)  # fmt: skip
def test_one_listing_stands_for_all_partitions_below(condition: str, expected: list[str]) -> None:
    assert prefixes(*table("turns", condition)) == expected


def table(name: str, condition: str) -> tuple[Table, Partitions]:
    found = CATALOG.find(name)
    assert isinstance(found, Table)
    return found, partitions(f"SELECT 1 FROM {name} WHERE {condition}")[name]


@pytest.mark.parametrize(
    ("key", "read"),
    [
        ("raw/dt=2025-11-05/model=model-a/phase=P0/x.jsonl", True),
        ("raw/dt=2025-11-05/model=model-a/phase=P0/deeper/x", True),
        ("raw/dt=2025-11-06/model=model-a/phase=P0/x.jsonl", False),
        ("raw/dt=2025-11-05/model=unregistered/phase=P0/x.jsonl", False),
        ("raw/dt=2025-11-05/model=model-a/phase=P4/x.jsonl", False),
        ("raw/dt=2025-11-05/model=model-a/phase=P0/_x.jsonl", False),
        ("raw/dt=2025-11-05/model=model-a/phase=P0/.x.jsonl", False),
        ("raw/dt=2025-11-05/model=model-a/phase=P0/_tmp/x.jsonl", False),
        ("raw/dt=2025-11-05/model=model-a/phase=P0/", False),
        ("raw/dt=2025-11-05/model=model-a/x.jsonl", False),
    ],
)
def test_files_are_those_of_needed_partitions(key: str, read: bool) -> None:  # noqa: FBT001 (a table)
    found = PartitionFiles(*table("turns", "dt = '2025-11-05'")).partition_of(key)
    assert found == ({"dt": "2025-11-05", "model": "model-a", "phase": "P0"} if read else None)


def test_compressed_file_is_refused() -> None:
    files = PartitionFiles(*table("scores", "true"))
    with pytest.raises(QueryError, match=re.escape("compressed object scores/dt=2025-11-05/x.json.gz")):
        files.partition_of("scores/dt=2025-11-05/x.json.gz")
