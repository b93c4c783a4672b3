"""`cdk bootstrap` and `cdk deploy` of the real templates into the embedded AWS, with the project's CDK and Node."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.choices import DEFAULTS, FIRST_DT, chosen
from schemas.keys.weeks import Week, parse_date
from schemas.names import PRIMARY_REGION, REPLICA_REGION
from tools.local.emulator import REPOSITORY
from tools.local.endpoint import Endpoint
from tools.local.logs import last_lines
from tools.local.process import end_group, start_group

REGIONS: Final = (PRIMARY_REGION, REPLICA_REGION)


class DeployError(RuntimeError):
    """A CDK command failed; the message ends with the last lines of its log and the log's place."""

    def __init__(self, *, command: str, outcome: str, log: Path) -> None:
        """Name the command, what became of it, and where its whole output is."""
        super().__init__(f"{command} {outcome}; its log {log} ends:\n{last_lines(log)}")
        self.log = log


@dataclass(frozen=True)
class Cdk:
    """The CDK command line tool as `make setup` installs it."""

    node: Path = REPOSITORY / ".venv" / "bin" / "node"
    cli: Path = REPOSITORY / "node_modules" / ".bin" / "cdk"
    directory: Path = REPOSITORY
    """Where commands run: a relative app command means a file there."""
    seconds: float = 600.0
    """How long one command may take."""

    def run(self, endpoint: Endpoint, arguments: Sequence[str], *, log: Path) -> None:
        """Run one CDK command against the emulator, its output in `log`; raise `DeployError` if it fails."""
        environment = endpoint.environment()
        environment["PATH"] = f"{self.node.parent}{os.pathsep}{environment['PATH']}"
        output = ("--output", str(endpoint.folder / "assembly"))
        command = [str(self.node), str(self.cli), *arguments, *output, "--ci", "--no-color", "--no-notices"]
        shown = f"cdk {arguments[0]}"
        if not self.node.exists():
            msg = f"cannot be run, {self.node} is missing: run `make setup`"
            raise DeployError(command=shown, outcome=msg, log=log)
        with log.open("wb") as opened:
            process = start_group(command, directory=self.directory, environment=environment, log=opened)
        try:
            code = process.wait(self.seconds)
        except subprocess.TimeoutExpired as error:
            raise DeployError(command=shown, outcome=f"took longer than {self.seconds:g} s", log=log) from error
        finally:
            end_group(process)
        if code:
            raise DeployError(command=shown, outcome=f"ended with exit code {code}", log=log)


def bootstrap(endpoint: Endpoint, *, cdk: Cdk | None = None) -> None:
    """Create the CDK's own stack in each Region; raise `DeployError`."""
    environments = [f"aws://{endpoint.account_id}/{region}" for region in REGIONS]
    (cdk or Cdk()).run(endpoint, ["bootstrap", *environments], log=endpoint.folder / "cdk-bootstrap.log")


def deploy(endpoint: Endpoint, *, context: Mapping[str, str], cdk: Cdk | None = None) -> None:
    """Deploy all stacks of cdk.json's app in their order; raise `DeployError`.

    `context` wins over the defaults, and those over what `cdk.json` chose for AWS, whose principals are not here.
    """
    choices = [part for key, value in {**_defaults(), **context}.items() for part in ("--context", f"{key}={value}")]
    arguments = ["deploy", "--all", "--require-approval", "never", "--progress", "events", *choices]
    (cdk or Cdk()).run(endpoint, arguments, log=endpoint.folder / "cdk-deploy.log")


def _defaults() -> dict[str, str]:
    """Return the default of each choice that `cdk.json` makes otherwise."""
    context = json.loads((REPOSITORY / "cdk.json").read_text(encoding="utf-8"))["context"]
    first_week = str(Week.of(parse_date(DEFAULTS[FIRST_DT])))
    return {key: DEFAULTS.get(key, first_week) for key in chosen(context)}
