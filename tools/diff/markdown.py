"""A comparison as a reviewer reads it in a comment on the pull request."""

from collections.abc import Iterator, Sequence
from typing import Final

from tools.diff.acknowledgement import missing, unused
from tools.diff.costs import Costs, section
from tools.diff.finding import DANGEROUS, Category, Finding
from tools.markdown import code, table

# GitHub refuses a comment of more than 65,536 characters; what is dangerous is never left out.
_ROWS: Final = 60


def render(
    findings: Sequence[Finding], *, before: str, after: str, given: frozenset[str], bills: Costs | None
) -> str:
    """Return the findings as Markdown, and the lines that are missing in the commit messages."""
    lines = ["## What changes on AWS", "", f"Templates of {after}, compared with {before}.", ""]
    lines += _verdict(findings, given)
    for category in Category:
        if rows := [found for found in findings if found.category is category]:
            lines += _section(category, rows, given)
    if findings:
        lines += section(bills)
    return "\n".join(lines).rstrip() + "\n"


def _verdict(findings: Sequence[Finding], given: frozenset[str]) -> Iterator[str]:
    if not findings:
        yield "Nothing: the templates are equal."
        yield ""
    if lines := missing(findings, given):
        yield "> [!CAUTION]"
        yield "> Dangerous changes are not acknowledged. Where one is meant, add its line to a commit message:"
        yield "> ```"
        yield from (f"> {line}" for line in lines)
        yield "> ```"
        yield ""
    elif any(found.dangerous for found in findings):
        yield "> [!WARNING]"
        yield "> Dangerous changes, each acknowledged in a commit message."
        yield ""
    elif findings:
        yield "Nothing dangerous."
        yield ""
    if keys := unused(findings, given):
        yield f"Acknowledged, but not found: {', '.join(f'`{key}`' for key in keys)}."
        yield ""


def _section(category: Category, found: Sequence[Finding], given: frozenset[str]) -> Iterator[str]:
    dangerous = category in DANGEROUS
    shown = found if dangerous else found[:_ROWS]
    yield f"### {category.value}"
    yield ""
    rows = []
    for each in shown:
        cells = (each.address[0], _literal(each.subject), each.change)
        rows.append((*cells, "yes" if each.key in given else "**no**") if dangerous else cells)
    yield table(("Stack", "What", "Change", *(("Acknowledged",) if dangerous else ())), rows)
    if len(shown) < len(found):
        yield f"… and {len(found) - len(shown)} more: `make diff`."
        yield ""


def _literal(text: str) -> str:
    """Return a name as code where GitHub would otherwise read a formula between its dollar signs."""
    return code(text) if "$" in text else text
