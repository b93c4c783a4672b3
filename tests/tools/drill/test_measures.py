import pytest

from tools.drill.measures import Measures, Step, show

MEASURES = Measures(
    acknowledged=8,
    lost=0,
    replicated=992,
    replicated_lost=0,
    replication_seconds=1.25,
    steps=[Step("restore", 11.0, 1000), Step("reindex", 3.0, 500)],
)


def test_the_report_has_both_objectives() -> None:
    assert MEASURES.report() == {
        "rpo": {
            "acknowledged": 8,
            "lost": 0,
            "replicated_by_s3": 992,
            "replicated_lost": 0,
            "replication_seconds": 1.25,
        },
        "rto": {
            "seconds": 14.0,
            "steps": {
                "restore": {"seconds": 11.0, "objects": 1000},
                "reindex": {"seconds": 3.0, "objects": 500},
            },
        },
    }


def test_tables_show_each_step_and_the_sum(capsys: pytest.CaptureFixture[str]) -> None:
    show(MEASURES)
    out = capsys.readouterr().out
    assert "11.00" in out
    assert "14.00" in out
