"""Every key that the layout can build is one that its table sees, in exactly the key's partition."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given, settings, strategies as st

from schemas.keys.grammar import CuratedTable, Key, Phase
from schemas.keys.layout import CalibrationResultKey, CuratedKey, RawKey, ScoreKey, SymlinkKey
from schemas.keys.weeks import Week
from schemas.registry.models_file import load_models
from stacks.config import Config
from tests.schemas.keys.test_layout import KEYS, RUN_IDS
from tests.stacks.catalog import PLACEHOLDER, CatalogTable, catalog_tables
from tests.stacks.synthesis import BUCKET, SynthesizedStack

Tables = Mapping[str, CatalogTable]

PROJECTION = Config.from_context({}).projection
MODELS = list(load_models())
# The kinds of key that tables read.
READ_KEYS = st.one_of([KEYS[kind][0] for kind in (RawKey, ScoreKey, SymlinkKey, CalibrationResultKey)])


@pytest.fixture(scope="module")
def tables(catalog: SynthesizedStack) -> Tables:
    found = catalog_tables(catalog)
    return {name: table for name, table in found.items() if table.given["TableType"] == "EXTERNAL_TABLE"}


def table_of(key: Key) -> str:
    match key:
        case RawKey():
            return "turns"
        case ScoreKey():
            return "scores"
        case SymlinkKey():
            return key.table
        case _:
            return "calibration_results"


def folder_of(key: Key) -> str:
    return f"s3://{BUCKET}/{key}".rpartition("/")[0] + "/"


def partitions(tables: Tables, key: Key) -> dict[str, dict[str, str]]:
    """Return, for each table that has a folder with this object in it, the values that lead to the folder."""
    found = {}
    for name, table in tables.items():
        bucket = f"s3://{BUCKET}/"
        parts = PLACEHOLDER.split(table.template.removeprefix(bucket))
        parts[::2] = map(re.escape, parts[::2])
        parts[1::2] = [f"(?P<{part}>.*)" for part in parts[1::2]]
        if match := re.fullmatch(re.escape(bucket) + "".join(parts), folder_of(key)):
            found[name] = match.groupdict()
    return found


def projected(tables: Tables, key: Key) -> bool:
    """Return whether a query would list the key's partition, once its day has come."""
    ((name, values),) = partitions(tables, key).items()
    table = tables[name]
    for part, value in values.items():
        if table.parameters[f"projection.{part}.type"] == "enum":
            visible = value in table.enum(part)
        else:
            first, _, last = table.parameters[f"projection.{part}.range"].partition(",")
            visible = first <= value and last.startswith("NOW")
        if not visible:
            return False
    return True


@given(key=READ_KEYS)
@settings(max_examples=300)
def test_a_key_resolves_under_its_table_alone_to_exactly_its_partition_values(tables: Tables, key: Key) -> None:
    name = table_of(key)
    expected = {part: str(getattr(key, part)) for part in tables[name].partition_keys}
    assert partitions(tables, key) == {name: expected}
    assert tables[name].folder(expected) == folder_of(key)


@given(key=KEYS[CuratedKey][0])
def test_curated_files_are_seen_through_manifests_alone(tables: Tables, key: Key) -> None:
    assert partitions(tables, key) == {}


@given(
    dt=st.dates(PROJECTION.first_dt, PROJECTION.last_week.monday),
    model=st.sampled_from(MODELS),
    phase=st.sampled_from(Phase),
    run_id=RUN_IDS,
)
def test_runs_of_registered_models_are_visible_from_the_first_day(
    tables: Tables, dt: date, model: str, phase: Phase, run_id: str
) -> None:
    symlinks = [SymlinkKey(table, Week.of(dt)) for table in CuratedTable]
    for key in (RawKey(dt, model, phase, run_id), ScoreKey(dt, run_id), *symlinks):
        assert projected(tables, key)


@given(dt=st.dates(max_value=PROJECTION.first_dt - timedelta(days=1)))
def test_an_earlier_day_an_unregistered_model_and_a_later_week_are_not(tables: Tables, dt: date) -> None:
    assert not projected(tables, RawKey(dt, MODELS[0], Phase.P0, "0" * 26))
    assert not projected(tables, RawKey(PROJECTION.first_dt, "gpt-4-turbo", Phase.P0, "0" * 26))
    assert not projected(tables, SymlinkKey(CuratedTable.CURATED_TURNS, PROJECTION.last_week.shift(1)))


def test_every_registered_model_phase_and_week_is_projected(tables: Tables) -> None:
    assert tables["turns"].enum("model") == MODELS
    assert tables["turns"].enum("phase") == list(Phase)
    for table in CuratedTable:
        assert tables[table].enum("week") == [str(week) for week in PROJECTION.weeks()]
