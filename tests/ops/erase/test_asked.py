"""What may be asked for, and which keys it means."""

import pytest

from ops.erase.asked import Asked, asked_for
from ops.failures import CommandError

RUN, OTHER = "01HQVZ3K9X1234567890ABCDEF", "01HQVZ3K9X9876543210FEDCBA"
KEY = f"raw/dt=2025-11-05/model=gpt-5/phase=P0/{RUN}.jsonl"


@pytest.mark.parametrize(
    ("runs", "keys", "turns", "message"),
    [
        ([], [], [], "expected runs, or keys with --key"),
        (["nonsense"], [], [], "run 'nonsense': expected a ULID"),
        ([KEY], [], [], "objects are named with --key"),
        ([], ["exports/2025-11-05_x.csv"], [], "expected a key below raw/ or scores/"),
        ([], [KEY.removeprefix("raw")], [], "expected a key below raw/ or scores/"),
        ([], ["manifests/manifest_20251105_a7f3e9c2.json"], [], "it is written once, and no run: publish a version"),
        ([], ["config/models.json"], [], "only break-glass deletes the old one"),
        ([], ["calibration/golden_sets/golden_set_v1.jsonl"], [], "only break-glass deletes the old one"),
        ([], ["erasures/erasure_20251105_a7f3e9c2.json"], [], "only break-glass deletes the old one"),
        ([], ["curated/week=2025-W45/turns.parquet"], [], "it is made of raw/: erase the run"),
        ([], [f"scores/dt=2025-11-05/{RUN}_summary.json"], [1], "it has no turns"),
        ([RUN] * 1001, [], [], "1,001 runs or keys: expected at most 1,000"),
    ],
)
def test_what_is_no_run_or_must_stay_is_refused_in_a_line(
    runs: list[str], keys: list[str], turns: list[int], message: str
) -> None:
    with pytest.raises(CommandError) as refused:
        asked_for(runs, keys, turns)
    assert message in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        (KEY, True),
        (f"scores/dt=2025-11-05/{RUN}_summary.json", True),
        (f"raw/copies of/{RUN} (1).jsonl", True),
        (f"raw/{RUN}", True),
        (KEY.replace(RUN, OTHER), False),
        (f"raw/{RUN}0.jsonl", False),
        (f"raw/A{RUN}.jsonl", False),
        (f"raw/{RUN[:-1]}.jsonl", False),
    ],
)
def test_a_run_means_every_key_that_has_its_id(key: str, *, meant: bool) -> None:
    assert asked_for([RUN], [], []).names(key) is meant


def test_a_key_means_itself_alone() -> None:
    asked = asked_for([], [KEY], [])
    assert asked.names(KEY)
    assert not asked.names(f"{KEY}.bak")


def test_what_is_in_none_of_the_keys_is_without_trace() -> None:
    asked = Asked(frozenset([RUN, OTHER]), frozenset([KEY, "raw/x"]))
    assert asked.without_trace([KEY]) == ([OTHER], ["raw/x"])
