"""`python -m tools.bench [NAME…]`: measures side by side, and writes `build/bench/report.json` and a table."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tools.bench import curate, index, read, reconcile, scale, scan, synth
from tools.bench.data import FULL, QUICK
from tools.bench.machine import describe
from tools.bench.places import REPORT, REPOSITORY, TABLE
from tools.bench.report import Section, as_json, as_markdown
from tools.bench.runner import BenchmarkError
from tools.bench.settings import Settings

BENCHMARKS: Final[Mapping[str, Callable[[Settings], Section]]] = {
    "curate": curate.run,
    "index": index.run,
    "read": read.run,
    "scan": scan.run,
    "synth": synth.run,
    "reconcile": reconcile.run,
    "scale": scale.run,
}
_ROUNDS: Final = 5
_QUICK_ROUNDS: Final = 3
_FAILURE: Final = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, write the report and print the tables; return the exit code."""
    arguments = _parser().parse_args(argv)
    settings = Settings(
        samples=QUICK if arguments.quick else FULL,
        rounds=arguments.rounds or (_QUICK_ROUNDS if arguments.quick else _ROUNDS),
    )
    # A report of an earlier run must not pass for this one's.
    REPORT.unlink(missing_ok=True)
    sections = []
    try:
        for name in arguments.names or BENCHMARKS:
            sys.stderr.write(f"{name} …\n")
            sections.append(BENCHMARKS[name](settings))
    except BenchmarkError as error:
        sys.stderr.write(f"benchmarks: {error}\n")
        return _FAILURE
    machine = describe()
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    report = as_json(sections, machine=machine, quick=arguments.quick)
    REPORT.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    table = as_markdown(sections, machine=machine, quick=arguments.quick)
    TABLE.write_text(table, encoding="utf-8")
    sys.stdout.write(f"{table}\nreport: {REPORT.relative_to(REPOSITORY)}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="benchmarks", description="Measure the product beside what else one would use."
    )
    parser.add_argument("names", nargs="*", choices=[[], *BENCHMARKS], metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument(
        "--quick", action="store_true", help="a twentieth of the data: shows how it works, in a minute"
    )
    parser.add_argument("--rounds", type=int, metavar="N", help=f"runs of each program (default: {_ROUNDS})")
    return parser


if __name__ == "__main__":
    sys.exit(main())
