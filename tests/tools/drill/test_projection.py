import json

import pytest

from tools.drill.projection import Assumptions, Rates, project

RATES = Rates(restore=200, reindex=400, reconcile=20_000)


def test_an_index_of_a_million_objects_is_back_within_the_hour_with_ten_executions() -> None:
    found = project(RATES, Assumptions())
    assert [(step.command, round(step.seconds)) for step in found.index] == [
        # Six invocations would do 2,400 a second; a week's key of an index takes 1,000.
        ("reindex", 1_000),
        ("reconcile", 50),
        # 127.5 KB of work an object, at 40 MB/s, four parts side by side.
        ("curate", 797),
    ]
    assert found.report()["index_lost"] == {
        "seconds": 1_847,
        "within_the_hour": True,
        "objects_within_the_hour": 1_949_000,
        "steps": {
            "reindex": {"seconds": 1_000, "bound_by": "one key's writes, 1,000 objects/s"},
            "reconcile": {"seconds": 50, "bound_by": "one process, 20,000 objects/s"},
            "curate": {"seconds": 797, "bound_by": "4 parts side by side, 40 MB/s each"},
        },
    }
    assert found.assumptions.reindexing <= found.assumptions.executions
    assert found.assumptions.curating <= found.assumptions.executions


def test_slow_invocations_bound_a_rebuild() -> None:
    found = project(Rates(restore=200, reindex=50, reconcile=20_000), Assumptions())
    assert found.index[0].seconds == pytest.approx(1_000_000 / 300)
    assert found.index[0].bound == "6 invocations, 300 objects/s"


def test_of_a_restore_that_takes_longer_it_is_said_how_much_the_hour_is_enough_for() -> None:
    told = project(RATES, Assumptions()).report()["bucket_lost"]
    assert isinstance(told, dict)
    # 5,000 s of restoring before the 1,847 s of the index.
    assert (told["seconds"], told["within_the_hour"]) == (6_847, False)
    assert told["objects_within_the_hour"] == 525_000


def test_the_report_names_what_is_assumed(capsys: pytest.CaptureFixture[str]) -> None:
    found = project(RATES, Assumptions())
    report = json.loads(json.dumps(found.report()))
    assert report["assumptions"]["executions"] == 10
    assert (report["assumptions"]["s3_ms"], report["assumptions"]["dynamodb_ms"]) == (20, 5)
    found.show()
    out = capsys.readouterr().out
    assert "Projected for 1,000,000 objects where the index is lost" in out
    assert "restore --raw" in out
