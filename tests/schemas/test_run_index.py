import pytest

from schemas.run_index import run_id_of, week_of

RUN_ID = "01HQVZ3K9X1234567890ABCDEF"


def test_an_item_lies_under_its_run_in_the_week_of_its_day() -> None:
    key = f"raw/dt=2025-12-29/model=a/phase=P0/{RUN_ID}.jsonl"
    assert (run_id_of(key), str(week_of(key))) == (RUN_ID, "2026-W01")


@pytest.mark.parametrize("key", ["raw/a.jsonl", "raw/é.jsonl", f"raw/dt=2025-02-30/model=a/phase=P0/{RUN_ID}.jsonl"])
def test_a_bad_key_has_a_partition_key_of_its_own_and_no_week(key: str) -> None:
    assert week_of(key) is None
    assert run_id_of(key).startswith("!")
    assert len(run_id_of(key)) == len(RUN_ID)
    assert run_id_of(key) != run_id_of(f"{key}.jsonl")
