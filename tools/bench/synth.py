"""Synthesis: `cdk synth` of this app beside that of an app without a resource."""

from typing import Final

from tools.bench.places import BUILD, REPOSITORY
from tools.bench.report import Section, Table
from tools.bench.runner import Program, interleaved
from tools.bench.settings import Settings

_OURS: Final = "this app"
_EMPTY: Final = "an empty app"
_PYTHON: Final = ".venv/bin/python"
_APPS: Final = {
    _OURS: f"{_PYTHON} app.py",
    _EMPTY: f"{_PYTHON} -m tools.bench.programs.empty_app",
}


def run(settings: Settings) -> Section:
    """Measure both."""
    programs = [_program(name, app) for name, app in _APPS.items()]
    measured = interleaved(programs, rounds=settings.rounds)
    ours, empty = measured[_OURS], measured[_EMPTY]
    return Section(
        name="synth",
        figures={"seconds": ours.wall, "empty_seconds": empty.wall, "seconds_over_empty": ours.wall - empty.wall},
        tables=[
            Table(
                title="Synthesis, the CDK CLI included",
                columns=("app", "wall s", "CPU s", "peak MB"),
                rows=[(name, found.wall, found.cpu, found.peak_mb) for name, found in measured.items()],
            )
        ],
    )


def _program(name: str, app: str) -> Program:
    output = BUILD / "synth" / name.replace(" ", "-")
    cdk = REPOSITORY / "node_modules" / ".bin" / "cdk"
    return Program(name=name, command=[str(cdk), "synth", "--quiet", "--app", app, "--output", str(output)])
