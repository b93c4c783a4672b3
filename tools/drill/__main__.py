"""`python -m tools.drill`: lose a lake on the embedded AWS, bring it back, and measure."""

import sys
from collections.abc import Sequence
from functools import partial
from typing import Final

from ops.command import LineParser
from tools.drill.scenes import drill
from tools.local.emulator import REPOSITORY
from tools.local.endpoint import Endpoint
from tools.local.play import play
from tools.local.reports import write_report
from tools.local.steps import Steps

REPORT: Final = REPOSITORY / "build" / "drill" / "report.json"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the drill and return its exit code."""
    LineParser(prog="tools.drill", description="Lose a lake and bring it back.", allow_abbrev=False).parse_args(argv)

    def scenes(endpoint: Endpoint, steps: Steps) -> None:
        drill(endpoint, steps, write_report=partial(write_report, folder=endpoint.folder, latest=REPORT))

    return play("tools.drill", scenes, reports=[REPORT])


if __name__ == "__main__":
    sys.exit(main())
