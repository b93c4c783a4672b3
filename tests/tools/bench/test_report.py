from pathlib import Path

import pytest

from tools.bench import page
from tools.bench.page import PageError, check, with_table
from tools.bench.report import Section, Table, against_targets, as_json, as_markdown
from tools.bench.targets import TARGETS, Target

TABLE = Table(title="Curate", columns=("engine", "CPU s", "rows"), rows=[("ours", 1.234, 5_000), ("other", None, 1)])
MACHINE = {"processor": "2 cores"}


def section(**figures: float) -> Section:
    return Section(name="curate", figures=figures, tables=[TABLE])


@pytest.mark.parametrize(
    ("target", "value", "holds"),
    [
        (Target(8), 8, True),
        (Target(8), 7.99, False),
        (Target(1.3, at_most=True), 1.3, True),
        (Target(1.3, at_most=True), 1.31, False),
    ],
)
def test_a_target_has_a_side(target: Target, value: float, holds: bool) -> None:  # noqa: FBT001
    assert target.holds(value) is holds


def test_every_target_is_measured_against_and_nothing_else() -> None:
    table = against_targets([section(cpu_over_floor=1.5, mb_per_s=200, seconds=3)])
    assert table.rows == [
        ("curate: cpu_over_floor", 1.5, "≤ 1.3", "**no**"),
        ("curate: mb_per_s", 200, "≥ 190", "yes"),
    ]


def test_the_report_names_each_figure_under_its_benchmark() -> None:
    report = as_json([section(mb_per_s=200)], machine=MACHINE, quick=True)
    assert report == {
        "machine": MACHINE,
        "quick": True,
        "curate": {
            "mb_per_s": 200,
            "tables": [
                {
                    "title": "Curate",
                    "rows": [
                        {"engine": "ours", "CPU s": 1.234, "rows": 5_000},
                        {"engine": "other", "CPU s": None, "rows": 1},
                    ],
                }
            ],
        },
    }


def test_tables_are_markdown_with_numbers_to_the_right() -> None:
    text = as_markdown([section()], machine=MACHINE, quick=False)
    assert "**Curate**\n\n| engine | CPU s | rows |\n| --- | ---: | ---: |\n| ours | 1.23 | 5,000 |\n" in text
    assert "| other | - | 1 |\n" in text
    assert "| processor | 2 cores |" in text


def test_a_quick_measurement_is_not_held_against_the_targets() -> None:
    found = [section(mb_per_s=2)]
    assert "≥ 190" in as_markdown(found, machine=MACHINE, quick=False)
    assert "≥ 190" not in as_markdown(found, machine=MACHINE, quick=True)


PAGE = """\
# Performance

<!-- measured: `make page` replaces what follows -->
old
<!-- end of what was measured -->
rest
"""


def test_tables_replace_those_of_the_page_and_nothing_else() -> None:
    changed = with_table(PAGE, "new \\1")
    assert changed == PAGE.replace("old", "\nnew \\1")
    assert with_table(changed, "new \\1") == changed


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(PageError, match="lacks the marks"):
        with_table("# Performance\n", "new")


@pytest.mark.parametrize(
    ("report", "printed"),
    [
        ({"quick": True, "curate": {}, "read": {}}, "a quick one"),
        ({"quick": False, "curate": {}}, "without read"),
    ],
)
def test_a_part_of_the_measurement_makes_no_page(report: dict[str, object], printed: str) -> None:
    with pytest.raises(PageError, match=printed):
        check(report, expected=("curate", "read"))
    check({"quick": False, "curate": {}, "read": {}}, expected=("curate", "read"))


def test_targets_name_benchmarks_that_there_are() -> None:
    from tools.bench.__main__ import BENCHMARKS  # noqa: PLC0415 - imports every benchmark

    assert TARGETS.keys() <= BENCHMARKS.keys()


def test_without_a_measurement_the_page_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(page, "REPORT", tmp_path / "report.json")
    assert page.main() == 2
    assert capsys.readouterr().err == "tools.bench.page: nothing was measured yet: run make bench\n"
