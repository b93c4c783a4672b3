"""`python -m tools.diff BASE [HEAD]`: what a change means on AWS, as Markdown.

Exit code 0 where each dangerous change is acknowledged or there is none, 1 where one is not acknowledged, 2 where it
could not compare.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from ops.command import LineParser
from ops.failures import DIFFERENCE, FAILURE, OK
from tools.diff.acknowledgement import TRAILER, acknowledged, missing
from tools.diff.choices import choice_findings
from tools.diff.compare import compare
from tools.diff.costs import costs
from tools.diff.kinds import KindsError, bundled_kinds
from tools.diff.markdown import render
from tools.diff.revisions import Repository, RevisionError
from tools.docs.workload import read_workload
from tools.templates.accepted import REPOSITORY
from tools.templates.model import TemplateError

_WORKLOAD: Final = REPOSITORY / "docs" / "workload.toml"


def main(argv: Sequence[str] | None = None, *, root: Path = REPOSITORY) -> int:
    """Print the comparison and return the exit code."""
    parser = LineParser(
        prog="tools.diff",
        description="Compare the accepted templates of two revisions.",
        epilog=f"A dangerous change that is meant is acknowledged in a commit message: {TRAILER}: STACK/ID RULE",
        allow_abbrev=False,
    )
    parser.add_argument("base", metavar="BASE", help="the revision to compare with")
    parser.add_argument("head", metavar="HEAD", nargs="?", help="the revision to judge (default: the working tree)")
    arguments = parser.parse_args(argv)
    repository = Repository(root)
    try:
        before = repository.revision(arguments.base)
        after = repository.revision(arguments.head) if arguments.head else repository.working_tree()
        given = acknowledged(repository.messages(arguments.base, arguments.head or "HEAD"))
        workload = read_workload(_WORKLOAD)
        findings = [
            *choice_findings(before.choices, after.choices),
            *compare(before.lake, after.lake, bundled_kinds()),
        ]
    except (RevisionError, TemplateError, KindsError, OSError, msgspec.MsgspecError) as error:
        sys.stderr.write(f"tools.diff: {' '.join(str(error).split())}\n")
        return FAILURE
    bills = costs(before.lake, after.lake, workload)
    sys.stdout.write(render(findings, before=before.name, after=after.name, given=given, bills=bills))
    return DIFFERENCE if missing(findings, given) else OK


if __name__ == "__main__":
    sys.exit(main())
