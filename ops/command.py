"""What a command of `ops` is made of."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Never, TypeVar

from ops.aws import Aws
from ops.deployment import Deployment
from ops.failures import FAILURE
from ops.screen import show_message

_T = TypeVar("_T")


class LineParser(argparse.ArgumentParser):
    """A parser whose usage errors are one line; `--help` shows the whole usage."""

    def error(self, message: str) -> Never:
        """End with the message on standard error."""
        show_message(f"{self.prog}: {message}")
        self.exit(FAILURE)


@dataclass(frozen=True, kw_only=True)
class Context:
    """What every command may need; nothing of it is read before it is used."""

    aws: Aws
    deployment: Deployment
    json: bool


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command: `run` returns the exit code, or raises `CommandError` and what `failures.one_line` turns into it."""

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Context, argparse.Namespace], int]


def accepting(parse: Callable[[str], _T]) -> Callable[[str], _T]:
    """Return the parser for argparse, which hides the message of a ValueError but shows an ArgumentTypeError's."""

    def parse_argument(text: str) -> _T:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parse_argument
