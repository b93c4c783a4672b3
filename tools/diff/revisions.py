"""The accepted templates of a revision, its choices, and what the commits since say."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.diff.choices import FILE, choices
from tools.templates.accepted import FOLDER, accepted_texts
from tools.templates.model import Lake, parse_lake


class RevisionError(Exception):
    """A revision that cannot be read; the message is one line."""


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A revision's accepted templates and choices, and what to call it."""

    name: str
    lake: Lake
    choices: Mapping[str, str]


class Repository:
    """A clone whose accepted templates are compared."""

    def __init__(self, root: Path) -> None:
        """Take the clone's folder."""
        self._root = root

    def revision(self, name: str) -> Revision:
        """Return what is committed at a revision; raise `RevisionError` or `TemplateError`."""
        commit = self._commit(name)
        listed = self._git("ls-tree", "-z", "--name-only", commit, f"{FOLDER}/").split("\0")
        templates = {Path(path).stem: self._git("show", f"{commit}:{path}") for path in listed if path}
        return _revision(f"{name} ({commit[:10]})", templates, self._git("show", f"{commit}:{FILE}"))

    def working_tree(self) -> Revision:
        """Return the templates as they lie in the folder, committed or not."""
        return _revision("the working tree", accepted_texts(self._root), (self._root / FILE).read_text())

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
            reason = error.stderr.decode(errors="replace").split("\n")[0]
            raise RevisionError(f"git {arguments[0]}: {reason}") from None
        return done.stdout.decode("utf-8", errors="replace")


def _revision(name: str, templates: Mapping[str, str], context: str) -> Revision:
    if not templates:
        raise RevisionError(f"{name} has no templates in {FOLDER}/")
    try:
        given = choices(context)
    except ValueError as error:
        raise RevisionError(f"{name}: {FILE} is not JSON: {error}") from None
    return Revision(name=name, lake=parse_lake(templates), choices=given)
