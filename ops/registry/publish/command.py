"""`ops publish`: documents of the registry to both Regions; `publish manifest` composes one from them."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

from ops.command import Command, Context, accepting
from ops.failures import DIFFERENCE, OK, CommandError, attempt
from ops.registry.publish.composing import Choices, compose
from ops.registry.publish.model_changes import ModelChange, model_changes, show_changes
from ops.registry.publish.publishing import Acknowledged, Publisher, RefusedError
from ops.registry.store import stores
from ops.screen import show_json, show_message, show_table, tracked
from schemas.keys.grammar import ArtifactKind, KeyGrammarError
from schemas.names import PRIMARY_REGION, REPLICA_REGION
from schemas.registry.documents import Document, read_document, read_documents
from schemas.registry.models_file import RegistryError

_MANIFEST: Final = "manifest"
# The option that names an artifact of each kind, and an example.
_ARTIFACTS: Final = {
    ArtifactKind.SEEDS: ("seeds", "seeds-20251105"),
    ArtifactKind.RUBRIC: ("rubric", "rubric-1.1"),
    ArtifactKind.SYSTEM_PROMPT: ("system_prompt", "soc-1.2"),
    ArtifactKind.JUDGE_PROMPT: ("judge_prompt", "judge-2.3"),
    ArtifactKind.PHASES: ("phases", "phases-1.0"),
}
_CHOICES: Final = ("models", "temperatures", *(name for name, _ in _ARTIFACTS.values()), "max_turns", "judge_model")


@dataclass
class _Result:
    """What was published, refused and changed, as it comes about."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    changes: list[ModelChange] = field(default_factory=list)

    def refuse(self, key: str, why: str) -> None:
        self.refused.append(why if why.startswith(key) else f"{key}: {why}")

    def as_json(self) -> Mapping[str, object]:
        return {
            "published": [asdict(each) for each in self.acknowledged],
            "refused": self.refused,
            "model_changes": [asdict(change) for change in self.changes],
        }

    def show(self) -> None:
        if self.acknowledged:
            show_table(
                "Published",
                ("object", PRIMARY_REGION, REPLICA_REGION),
                [(each.key, each.primary, each.replica) for each in self.acknowledged],
            )
        for line in self.refused:
            show_message(f"ops publish: {line}")


def _temperatures(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f"{text!r}: expected numbers such as 0,0.7") from None


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files such as rubrics/rubric-1.1.json, or the word manifest"
    )
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="a whole registry, such as config/")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace the models.json that is there, after showing what changes"
    )
    manifest = parser.add_argument_group("publish manifest")
    manifest.add_argument("--models", type=lambda text: text.split(","), metavar="IDS", help="model ids, with commas")
    manifest.add_argument("--temperatures", type=accepting(_temperatures), metavar="NUMBERS", help="such as 0,0.7")
    for kind, (name, example) in _ARTIFACTS.items():
        manifest.add_argument(f"--{name.replace('_', '-')}", metavar="NAME", help=f"of {kind}/, such as {example}")
    manifest.add_argument("--max-turns", type=int, metavar="N", help="turns a run may have")
    manifest.add_argument("--judge-model", metavar="ID", help="the model that judges")


def _run(context: Context, arguments: argparse.Namespace) -> int:
    composing = arguments.paths == [_MANIFEST]
    _check_usage(arguments, composing=composing)
    # Before anything is written, or looked for on AWS.
    result = _Result()
    documents = [] if composing else _documents(arguments, result)
    primary, replica = stores(context)

    def may_replace(_key: str, before: bytes, after: bytes) -> bool:
        result.changes = model_changes(before, after)
        if not context.json:
            show_changes(result.changes)
        return bool(arguments.overwrite)

    publisher = Publisher(primary=primary, replica=replica, may_replace=may_replace)
    try:
        if composing:
            documents = [compose(_choices(arguments), store=primary, now=datetime.now(UTC))]
        _publish(publisher, documents, result)
    except (RefusedError, RegistryError, KeyGrammarError) as error:
        result.refused.append(str(error))
    finally:
        if context.json:
            show_json(result.as_json())
        else:
            result.show()
    return DIFFERENCE if result.refused else OK


def _publish(publisher: Publisher, documents: Sequence[Document], result: _Result) -> None:
    for document in tracked(documents, description="publish", total=len(documents)):
        try:
            done = attempt(partial(publisher.publish, document), partial(result.refuse, str(document.key)))
        except RefusedError as error:
            result.refused.append(str(error))
        else:
            result.acknowledged += [done] if done else []


def _check_usage(arguments: argparse.Namespace, *, composing: bool) -> None:
    given = [name for name in _CHOICES if getattr(arguments, name) is not None]
    option = {name: f"--{name.replace('_', '-')}" for name in _CHOICES}
    if composing:
        if arguments.all:
            raise CommandError("--all: not expected with manifest")
        if missing := [option[name] for name in _CHOICES if name not in given]:
            raise CommandError(f"manifest: expected {', '.join(missing)}")
    elif given:
        raise CommandError(f"{option[given[0]]}: expected only with manifest")
    elif not arguments.paths and not arguments.all:
        raise CommandError("expected files, --all FOLDER or manifest")


def _documents(arguments: argparse.Namespace, result: _Result) -> list[Document]:
    """Return the valid documents and refuse the others; raise `CommandError` where none is valid."""
    documents = []
    named = (_document(Path(path)) for path in arguments.paths)
    for found in chain(named, read_documents(arguments.all) if arguments.all else ()):
        if isinstance(found, Document):
            documents.append(found)
        else:
            result.refused.append(str(found))
    if not documents:
        raise CommandError("; ".join(result.refused))
    return documents


def _document(path: Path) -> Document | RegistryError:
    try:
        return read_document(path)
    except RegistryError as error:
        return error


def _choices(arguments: argparse.Namespace) -> Choices:
    return Choices(
        models=arguments.models,
        temperatures=arguments.temperatures,
        artifacts={kind: getattr(arguments, name) for kind, (name, _) in _ARTIFACTS.items()},
        max_turns=arguments.max_turns,
        judge_model=arguments.judge_model,
    )


COMMAND = Command(
    name="publish",
    help="publish registry documents to both Regions; exit 1 where one is refused",
    add_arguments=_add_arguments,
    run=_run,
)
