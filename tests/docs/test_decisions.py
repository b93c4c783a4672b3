"""Decisions are numbered in the order in which they were made, each with a number of its own."""

import re
from pathlib import Path

DECISIONS = sorted((Path(__file__).resolve().parents[2] / "docs" / "decisions").glob("*.md"))


def test_each_decision_has_the_next_number_in_its_name_and_its_heading() -> None:
    named = [int(path.name.partition("-")[0]) for path in DECISIONS]
    headings = [re.match(r"# (\d+)\. ", path.read_text(encoding="utf-8")) for path in DECISIONS]
    assert named == [*range(1, len(DECISIONS) + 1)]
    assert [int(heading[1]) for heading in headings if heading] == named
