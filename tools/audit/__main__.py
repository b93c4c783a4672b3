"""`python -m tools.audit`: the known vulnerabilities of every pin, of Python and of npm.

Exit code 0 where there is none, 1 where there is one, 2 where a service did not say.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from ops.failures import DIFFERENCE, FAILURE, OK
from tools.local.emulator import REPOSITORY
from tools.templates.model import Json, items, mapping

_PINS: Final = ("requirements*.txt", "tools/**/requirements.txt", "lambdas/*/requirements.txt")
_LOCKS: Final = ("package-lock.json", "tools/contract/iam/package-lock.json")
_SECONDS: Final = 300


class AuditError(RuntimeError):
    """A service did not say what it knows; the message is one line."""


@dataclass(frozen=True, kw_only=True)
class Auditor:
    """A program that asks a service about a file of pins; `folder` holds the repository."""

    folder: Path = REPOSITORY
    pip_audit: Path = REPOSITORY / ".venv" / "tools" / "bin" / "pip-audit"
    npm: Path = REPOSITORY / ".venv" / "bin" / "npm"

    def python(self) -> Iterator[str]:
        """Yield a line for each vulnerability of a Python package; raise `AuditError`."""
        options = ("--format", "json", "--strict", "--progress-spinner", "off", "--disable-pip", "--no-deps")
        for pins in sorted({path for pattern in _PINS for path in self.folder.glob(pattern)}):
            answer = self._ask(self.pip_audit, *options, "--requirement", str(pins))
            if "dependencies" not in answer:
                raise AuditError(f"pip-audit: {answer['message']}")
            for package in map(mapping, items(answer["dependencies"])):
                for found in map(mapping, items(package.get("vulns"))):
                    mended = ", ".join(map(str, items(found.get("fix_versions")))) or "no version"
                    where = pins.relative_to(self.folder)
                    yield f"{where}: {package['name']} {package['version']}: {found['id']}, mended in {mended}"

    def node(self) -> Iterator[str]:
        """Yield a line for each vulnerability of a package of npm; raise `AuditError`."""
        for lock in _LOCKS:
            answer = self._ask(self.npm, "audit", "--json", "--prefix", str((self.folder / lock).parent))
            if "vulnerabilities" not in answer:
                raise AuditError(f"npm audit: {answer['message']}")
            for name, found in mapping(answer["vulnerabilities"]).items():
                # Where the cause is another package, it is a text with that package's name.
                causes = [mapping(cause) for cause in items(mapping(found).get("via")) if isinstance(cause, dict)]
                yield from (f"{lock}: {name}: {cause.get('title')}, {cause.get('url')}" for cause in causes)

    def _ask(self, program: Path, *arguments: str) -> Json:
        """Return the program's answer; what it says instead of one is a `message`, in one line."""
        done = subprocess.run(
            [str(program), *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        try:
            answer = cast("object", json.loads(done.stdout))
        except ValueError:
            answer = None
        # A program that failed for another reason than what it found explains that last, after a traceback perhaps.
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return {"message": " ".join(last.split()), **mapping(answer)}


def main(argv: Sequence[str], *, auditor: Auditor | None = None) -> int:
    """Print a line for each vulnerability and return the exit code."""
    if argv:
        sys.stderr.write("tools.audit: expected no argument\n")
        return FAILURE
    code = OK
    asked = auditor or Auditor()
    for vulnerabilities in (asked.python(), asked.node()):
        try:
            for line in vulnerabilities:
                sys.stdout.write(f"{line}\n")
                code = code or DIFFERENCE
        except (AuditError, OSError, subprocess.TimeoutExpired) as error:
            sys.stderr.write(f"tools.audit: not known whether there are more: {error}\n")
            code = FAILURE
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
