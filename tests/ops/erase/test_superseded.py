"""Of a week's versions everything goes that was replaced, or holds what is erased and is named by no manifest."""

from datetime import UTC, datetime

import msgspec
import pytest

from ops.erase.superseded import is_foreign, mentions_erased, names_erased, of_folder, superseded
from ops.versions import Version

WEEK = "curated/week=2025-W45"
PART, OLD_PART = f"{WEEK}/parts/{'a' * 64}", f"{WEEK}/parts/{'b' * 64}"
PLAN = f"{WEEK}/plans/{'c' * 64}"
RAW, OTHER = "raw/dt=2025-11-05/ä.jsonl", "raw/dt=2025-11-05/b.jsonl"


def version(key: str, *, current: bool = True, marker: bool = False) -> Version:
    return Version(key, "v", datetime(2025, 11, 5, tzinfo=UTC), current, None if marker else '"e"')


@pytest.mark.parametrize(
    ("found", "goes"),
    [
        (version(f"{WEEK}/weekly_summary.parquet"), False),
        (version(f"{WEEK}/weekly_summary.parquet", current=False), True),
        (version(f"{WEEK}/weekly_summary.parquet", marker=True), True),
        (version(f"{WEEK}/_rejected.jsonl"), False),
        (version(f"{WEEK}/turns.parquet"), True),
        (version(f"{WEEK}/runs.parquet"), False),
        (version(f"{PART}/receipt.json"), False),
        (version(f"{PART}/receipt.json", current=False), True),
        (version(f"{OLD_PART}/receipt.json"), True),
        (version(f"{OLD_PART}/inputs.jsonl"), True),
        (version(f"{PLAN}/plan.json"), False),
        (version("curated/symlinks/curated_turns/week=2025-W45/symlink.txt"), False),
        (version("curated/symlinks/curated_turns/week=2025-W45/symlink.txt", current=False), True),
        (version(f"{WEEK}/copy.parquet"), False),
    ],
)
def test_what_goes_of_a_week(found: Version, *, goes: bool) -> None:
    named = {f"{WEEK}/runs.parquet", f"{PART}/turns.parquet"}
    assert superseded([found], named=named, holds=lambda folder: folder == OLD_PART) == ([found] if goes else [])


def test_a_part_that_another_execution_made_without_it_stays() -> None:
    assert superseded([version(f"{OLD_PART}/turns.parquet")], named=(), holds=lambda _: False) == []


def test_what_no_curation_writes_is_foreign() -> None:
    assert is_foreign(version(f"{WEEK}/copy.parquet"))
    assert not is_foreign(version(f"{WEEK}/copy.parquet", current=False))
    assert not is_foreign(version(f"{WEEK}/turns.parquet"))


def inputs(*objects: tuple[str, str]) -> bytes:
    return b"\n".join([b"2", *(msgspec.json.encode([*each, 1]) for each in objects)]) + b"\n"


@pytest.mark.parametrize(
    ("content", "erased", "names"),
    [
        (inputs((RAW, "1")), {RAW: None}, True),
        (inputs((OTHER, "1")), {RAW: None}, False),
        (inputs((RAW, "1")), {RAW: "2"}, True),
        (inputs((RAW, "2"), (OTHER, "1")), {RAW: "2"}, False),
        (inputs((RAW, "2"))[:-5], {RAW: "2"}, True),
        (None, {RAW: None}, True),
    ],
)
def test_a_part_holds_an_object_by_the_version_that_it_was_made_of(
    content: bytes | None, erased: dict[str, str | None], *, names: bool
) -> None:
    assert names_erased(content, erased) is names


def test_a_plan_holds_the_key_of_an_object_that_was_refused() -> None:
    plan = msgspec.json.encode({"refused": [{"key": 'raw/"ä"\n', "reason": "bad_key"}]})
    assert mentions_erased(plan, {'raw/"ä"\n': None})
    assert not mentions_erased(plan, {'raw/"ä"\n': "etag", RAW: None})
    assert mentions_erased(None, {})


def test_what_parts_and_plans_were_made_of_is_beside_them() -> None:
    assert of_folder(PART) == f"{PART}/inputs.jsonl"
    assert of_folder(PLAN) == f"{PLAN}/plan.json"
