"""`cdk bootstrap` and `cdk deploy` of the real templates into the embedded AWS, with the project's CDK and Node."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ops.local.emulator import REPOSITORY
from ops.local.endpoint import Endpoint
from ops.local.logs import last_lines

REGIONS: Final = ("us-east-1", "us-west-2")


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
        environment["PATH"] = f"{self.node.parent}{os.pathsep}{environment.get('PATH', os.defpath)}"
        command = [str(self.node), str(self.cli), *arguments, "--ci", "--no-color", "--no-notices"]
        shown = f"cdk {arguments[0]}"
        try:
            with log.open("wb") as output:
                finished = subprocess.run(
                    command,
                    cwd=self.directory,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=self.seconds,
                    check=False,
                )
        except FileNotFoundError as error:
            msg = f"cannot be run, {error.filename} is missing: run `make setup`"
            raise DeployError(command=shown, outcome=msg, log=log) from error
        except subprocess.TimeoutExpired as error:
            raise DeployError(command=shown, outcome=f"took longer than {self.seconds:g} s", log=log) from error
        if finished.returncode:
            raise DeployError(command=shown, outcome=f"ended with exit code {finished.returncode}", log=log)


@dataclass(frozen=True)
class App:
    """What to deploy: a command that synthesizes, or the folder of an assembly that is synthesized already."""

    source: str | Path
    context: Mapping[str, str] = field(default_factory=dict)
    """Context values that win over those of cdk.json; an assembly folder takes none."""

    def arguments(self, output: Path) -> list[str]:
        """Return the CDK arguments that name the app; a command's assembly goes to `output`."""
        if isinstance(self.source, Path):
            return ["--app", str(self.source)]
        context = [part for key, value in self.context.items() for part in ("--context", f"{key}={value}")]
        return ["--app", self.source, "--output", str(output), *context]

    def assembly(self, output: Path) -> Path:
        """Return the assembly's folder, once deployed."""
        return self.source if isinstance(self.source, Path) else output


def bootstrap(endpoint: Endpoint, *, regions: Sequence[str] = REGIONS, cdk: Cdk | None = None) -> Path:
    """Create the CDK's own stack in each Region and return the log's place; raise `DeployError`.

    It runs where there is no cdk.json, or the CDK would synthesize the app only to name its environments.
    """
    log = endpoint.folder / "cdk-bootstrap.log"
    environments = [f"aws://{endpoint.account_id}/{region}" for region in regions]
    replace(cdk or Cdk(), directory=endpoint.folder).run(endpoint, ["bootstrap", *environments], log=log)
    return log


def deploy(endpoint: Endpoint, app: App, *, cdk: Cdk | None = None) -> Path:
    """Deploy all stacks of the app in their order and return the assembly's folder; raise `DeployError`."""
    log, output = endpoint.folder / "cdk-deploy.log", endpoint.folder / "assembly"
    arguments = ["deploy", "--all", "--require-approval", "never", "--progress", "events", *app.arguments(output)]
    (cdk or Cdk()).run(endpoint, arguments, log=log)
    return app.assembly(output)
