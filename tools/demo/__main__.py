"""`python -m tools.demo [--keep]`: the lake deployed into the embedded AWS, used, checked and reported."""

import shlex
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

from ops.command import LineParser
from tools.demo.scenes import demonstrate
from tools.local.emulator import REPOSITORY
from tools.local.endpoint import Endpoint
from tools.local.play import play
from tools.local.reports import write_page, write_report
from tools.local.steps import Steps

REPORT: Final = REPOSITORY / "build" / "demo" / "report.json"
_EXPORTED: Final = ("AWS_", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo and return its exit code."""
    parser = LineParser(prog="tools.demo", description="The whole lake on an embedded AWS.", allow_abbrev=False)
    parser.add_argument("--keep", action="store_true", help="leave the embedded AWS running until Ctrl-C")
    keep = parser.parse_args(argv).keep
    page = REPORT.with_suffix(".html")

    def scenes(endpoint: Endpoint, steps: Steps) -> None:
        demonstrate(
            endpoint,
            steps,
            now=datetime.now(UTC),
            write_report=partial(write_report, folder=endpoint.folder, latest=REPORT),
            write_page=partial(write_page, folder=endpoint.folder, latest=page),
        )

    return play("tools.demo", scenes, reports=[REPORT, page], afterwards=_keep if keep else None)


def _keep(endpoint: Endpoint) -> None:
    """Say how to use the embedded AWS, and return at Ctrl-C."""
    for name, value in endpoint.environment().items():
        if name.startswith(_EXPORTED):
            sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    sys.stdout.write("The embedded AWS runs until Ctrl-C.\n")
    sys.stdout.flush()
    try:
        signal.pause()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    sys.exit(main())
