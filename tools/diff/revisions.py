"""The committed template snapshots of a revision, and what the commits since say."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SNAPSHOTS: Final = "tests/stacks/__snapshots__"
_STACK: Final = re.compile(r"([^/]+)/[^/]*\[([^\[\]/]+)\]\.json$")
# Stacks of the same names that are deployed instead, once us-east-1 is lost.
_RECOVERY: Final = "test_recovery"
IN_A_RECOVERY: Final = "recovery:"


class RevisionError(Exception):
    """A revision that cannot be read; the message is one line."""


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A revision's snapshots by stack, and what to call it."""

    name: str
    templates: dict[str, str]


class Repository:
    """A clone whose snapshots are compared."""

    def __init__(self, root: Path) -> None:
        """Take the clone's folder."""
        self._root = root

    def revision(self, name: str) -> Revision:
        """Return what is committed at a revision; raise `RevisionError` where it or its snapshots do not exist."""
        commit = self._commit(name)
        listed = self._git("ls-tree", "-r", "-z", "--name-only", commit, "--", SNAPSHOTS)
        templates = {
            stack: self._git("show", f"{commit}:{path}") for path in listed.split("\0") if (stack := _stack(path))
        }
        return _checked(Revision(name=f"{name} ({commit[:10]})", templates=templates))

    def working_tree(self) -> Revision:
        """Return the snapshots as they lie in the folder, committed or not."""
        files = sorted((self._root / SNAPSHOTS).rglob("*.json"))
        templates = {stack: file.read_text(encoding="utf-8") for file in files if (stack := _stack(file.as_posix()))}
        return _checked(Revision(name="the working tree", templates=templates))

    def messages(self, base: str, head: str) -> str:
        """Return the messages of the commits that `head` has and `base` lacks."""
        return self._git("log", "--format=%B", f"{self._commit(base)}..{self._commit(head)}")

    def _commit(self, name: str) -> str:
        try:
            return self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").strip()
        except RevisionError:
            raise RevisionError(f"no revision {name!r} in this clone: expected a commit, branch or tag") from None

    def _git(self, *arguments: str) -> str:
        command = ["git", *arguments]
        try:
            done = subprocess.run(command, cwd=self._root, capture_output=True, check=True)
        except FileNotFoundError:
            raise RevisionError("git is not installed") from None
        except subprocess.CalledProcessError as error:
            told = error.stderr.decode(errors="replace").split("\n")[0]
            raise RevisionError(f"git {arguments[0]}: {told}") from None
        return done.stdout.decode("utf-8", errors="replace")


def _stack(path: str) -> str | None:
    """Return which stack a snapshot is of, or None for another file."""
    match = _STACK.search(path)
    return match and (f"{IN_A_RECOVERY}{match[2]}" if match[1] == _RECOVERY else match[2])


def _checked(revision: Revision) -> Revision:
    if not revision.templates:
        raise RevisionError(f"{revision.name} has no template snapshots below {SNAPSHOTS}")
    return revision
