"""The pages that follow from the templates are what the accepted templates say."""

import pytest

from tools.docs.__main__ import DOCS, PAGES
from tools.docs.bill import bill
from tools.docs.workload import read_workload
from tools.templates.accepted import read_accepted


@pytest.mark.parametrize("name", PAGES)
def test_page_is_current(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](read_accepted()), "run `make docs`"


def test_every_role_has_a_line() -> None:
    text = (DOCS / "iam.md").read_text(encoding="utf-8").partition("## What a role may do")[2]
    named = {line.split("`")[1] for line in text.partition("\n## ")[0].splitlines() if line.startswith("| `")}
    assert len(named) == len(read_accepted().of("AWS::IAM::Role"))


def test_everything_declared_has_a_price_and_a_use() -> None:
    found = bill(read_accepted(), read_workload(DOCS / "workload.toml"))
    assert found.unpriced == [], "say in docs/workload.toml how it is used, or in schemas/prices.py what it costs"
