"""The lake as Athena sees it."""

import base64
import json
import re
from typing import cast

import pytest
from aws_cdk import App
from aws_cdk.assertions import Match, Template

from schemas.keys.projection import PROJECTED_WEEKS
from schemas.keys.weeks import Week
from stacks.catalog_stack import CatalogStack
from stacks.config import Config
from tests.stacks.catalog import PLACEHOLDER, CatalogTable, catalog_tables
from tests.stacks.synthesis import BUCKET, Json, SynthesizedStack, dig, rows, synthesize

JSON_TABLES = ("turns", "scores", "calibration_results")
PARQUET_TABLES = ("curated_turns", "curated_runs", "weekly_summary")
TABLES = (*JSON_TABLES, *PARQUET_TABLES)

every_table = pytest.mark.parametrize("name", TABLES)


@pytest.fixture(scope="module")
def tables(catalog: SynthesizedStack) -> dict[str, CatalogTable]:
    return catalog_tables(catalog)


def view_definition(table: CatalogTable) -> Json:
    text = str(table.given["ViewOriginalText"])
    encoded = re.fullmatch(r"/\* Presto View: ([A-Za-z0-9+/]+=*) \*/", text)
    assert encoded
    return cast("Json", json.loads(base64.b64decode(encoded[1], validate=True)))


def templates_with(models: tuple[str, ...] = ("m",), **context: str) -> Template:
    config = Config.from_context(context)
    return Template.from_stack(CatalogStack(App(), config=config, models=models))


def parameters_of(template: Template, name: str) -> dict[str, str]:
    found = template.find_resources("AWS::Glue::Table", {"Properties": {"TableInput": {"Name": name}}})
    (resource,) = found.values()
    return cast("dict[str, str]", dig(resource, "Properties", "TableInput", "Parameters"))


def test_dt_of_turns_is_text_and_dt_of_scores_and_runs_a_date(tables: dict[str, CatalogTable]) -> None:
    # Trino compares neither with the other, and the layout document's queries use both.
    assert tables["turns"].partition_keys == {"dt": "string", "model": "string", "phase": "string"}
    assert tables["scores"].partition_keys == {"dt": "date"}
    assert tables["runs"].columns["dt"] == "date"


@pytest.mark.parametrize("name", PARQUET_TABLES)
def test_ten_years_of_weeks_are_projected_without_a_gap(tables: dict[str, CatalogTable], name: str) -> None:
    weeks = [Week.parse(text) for text in tables[name].enum("week")]
    assert tables[name].partition_keys == {"week": "string"}
    assert weeks[0] == Week(2025, 1)
    assert Week(2026, 53) in weeks
    assert [week.shift(1) for week in weeks[:-1]] == weeks[1:]
    assert len(weeks) == PROJECTED_WEEKS == 522


def test_projection_follows_the_context() -> None:
    template = templates_with(models=("a", "b"), first_dt="2025-06-02", first_week="2025-W30")
    assert parameters_of(template, "turns")["projection.dt.range"] == "2025-06-02,NOW+1DAYS"
    assert parameters_of(template, "turns")["projection.model.values"] == "a,b"
    assert parameters_of(template, "weekly_summary")["projection.week.values"].startswith("2025-W30,2025-W31,")


@every_table
def test_every_partition_key_is_projected_and_in_the_template(tables: dict[str, CatalogTable], name: str) -> None:
    table = tables[name]
    keys = list(table.partition_keys)
    assert PLACEHOLDER.findall(table.template) == keys
    assert [key for key in keys if f"projection.{key}.type" in table.parameters] == keys
    assert (table.parameters.get("projection.enabled") == "true") is bool(keys)


@every_table
def test_folders_end_with_a_slash_and_lie_below_the_location(tables: dict[str, CatalogTable], name: str) -> None:
    table = tables[name]
    assert table.template.endswith("/")
    assert table.location.endswith("/")
    assert table.template.startswith(table.location)
    assert table.location.startswith(f"s3://{BUCKET}/")
    assert "${" not in table.location.removeprefix(f"s3://{BUCKET}/")


def test_no_table_lies_below_another(tables: dict[str, CatalogTable]) -> None:
    locations = [tables[name].location for name in TABLES]
    assert not [(a, b) for a in locations for b in locations if a != b and a.startswith(b)]
    assert len(set(locations)) == len(locations)


def test_no_name_is_both_a_column_and_a_partition_key(tables: dict[str, CatalogTable]) -> None:
    for table in tables.values():
        assert not table.columns.keys() & table.partition_keys.keys()
        assert table.columns


def test_types_are_in_lower_case_inside_structs_too(tables: dict[str, CatalogTable]) -> None:
    types = [kind for table in tables.values() for kind in (*table.columns.values(), *table.partition_keys.values())]
    assert [kind for kind in types if kind != kind.lower()] == []
    assert "cr:double" in tables["turns"].columns["csd_subscores"]


def test_times_are_text_in_json_and_times_in_parquet(tables: dict[str, CatalogTable]) -> None:
    assert tables["turns"].columns["timestamp"] == "string"
    assert tables["curated_turns"].columns["timestamp"] == "timestamp"


def test_everything_is_described_as_glue_can_hold_it(tables: dict[str, CatalogTable]) -> None:
    for name, table in tables.items():
        # A view's description would be its comment in Trino, which then takes it for a table.
        expected = "None" if name == "runs" else r"[^\n]{1,2048}\."
        assert re.fullmatch(expected, str(table.given.get("Description")))
        assert len(table.comments) == len(table.columns) + len(table.partition_keys)
        assert all(re.fullmatch(r"[^\n]{1,254}\.", comment) for comment in table.comments)


def test_view_selects_its_columns_in_their_order_and_the_week_last(tables: dict[str, CatalogTable]) -> None:
    definition = view_definition(tables["runs"])
    assert (definition["catalog"], definition["schema"]) == ("awsdatacatalog", "socratic_bench")
    names = [str(column["name"]) for column in rows(definition, "columns")]
    assert names == list(tables["runs"].columns)
    assert names == [*tables["scores"].columns, "dt", "week"]
    selected = ",\n  ".join([*names[:-1], "date_format(dt, '%x-W%v') AS week"])
    assert definition["originalSql"] == f"SELECT\n  {selected}\nFROM scores"


def test_types_of_the_view_are_those_of_its_columns_in_trino(tables: dict[str, CatalogTable]) -> None:
    trino = {str(column["name"]): str(column["type"]) for column in rows(view_definition(tables["runs"]), "columns")}
    words = {"string": "varchar", "struct": "row", "array": "array"}
    for name, kind in tables["runs"].columns.items():
        spelled = kind.replace("<", "(").replace(">", ")").replace(":", " ").replace(",", ", ")
        assert trino[name] == re.sub("|".join(words), lambda match: words[match[0]], spelled)
    cost = trino["token_cost_estimate"]
    assert cost == "row(usd double, prompt_tokens bigint, completion_tokens bigint)"
    assert (trino["half_life_turn"], trino["dt"], trino["week"]) == ("bigint", "date", "varchar")


def test_view_of_a_stage_reads_the_scores_of_that_stage() -> None:
    staged = catalog_tables(synthesize("dev")["SocraticBenchCatalog-dev"])
    assert view_definition(staged["runs"])["schema"] == "socratic_bench_dev"


def test_no_client_overrides_a_workgroup_and_each_is_bounded(catalog: SynthesizedStack) -> None:
    groups = catalog.resources("AWS::Athena::WorkGroup").values()
    assert {dig(group, "Properties", "Name") for group in groups} == {"socratic-bench", "socratic-bench-clients"}
    for group in groups:
        assert dig(group, "Properties", "WorkGroupConfiguration", "EnforceWorkGroupConfiguration") is True
        assert dig(group, "Properties", "WorkGroupConfiguration", "BytesScannedCutoffPerQuery") == 100_000_000_000


def test_scan_cutoff_follows_the_context() -> None:
    configuration = Match.object_like({"BytesScannedCutoffPerQuery": 7_000_000_000})
    templates_with(scan_cutoff_gb="7").has_resource_properties(
        "AWS::Athena::WorkGroup", {"WorkGroupConfiguration": configuration}
    )


def test_a_registered_model_is_a_row_of_coverage() -> None:
    template = templates_with(models=("one", "two"))
    coverage = {"Name": "coverage", "QueryString": Match.string_like_regexp(r"\(VALUES \('one'\), \('two'\)\)")}
    template.has_resource_properties("AWS::Athena::NamedQuery", coverage)
