"""The parts of S3 keys, and `Key`, which builds a key from its parts and strictly parses it back."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cache
from typing import ClassVar, Final, Self

from schemas.keys.weeks import DATE_EXPECTED, WEEK_EXPECTED, Week, parse_date

RUN_ID_PATTERN: Final = r"^[0-9A-HJKMNP-TV-Z]{26}\Z"
MODEL_ID_PATTERN: Final = r"^[a-z0-9][a-z0-9.-]{0,63}\Z"
MANIFEST_ID_PATTERN: Final = r"^manifest_[0-9]{8}_[a-f0-9]{8}\Z"
ERASURE_ID_PATTERN: Final = r"^erasure_[0-9]{8}_[a-f0-9]{8}\Z"
GOLDEN_SET_PATTERN: Final = r"^golden_set_v[0-9]+\Z"
REFERENCE_PATTERN: Final = r"^.+@sha256:[a-f0-9]{64}\Z"


class Phase(StrEnum):
    """The pressure a run is put under, from none (P0) to the heaviest (P3)."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class ArtifactKind(StrEnum):
    """The registry's kinds of artifact; the value is the folder below `config/`."""

    SEEDS = "seeds"
    RUBRIC = "rubrics"
    SYSTEM_PROMPT = "prompts/system"
    JUDGE_PROMPT = "prompts/judge"
    PHASES = "phases"

    @property
    def extension(self) -> str:
        """The file name's ending: prompts are plain text, everything else JSON."""
        return "txt" if self in (ArtifactKind.SYSTEM_PROMPT, ArtifactKind.JUDGE_PROMPT) else "json"


class CuratedFile(StrEnum):
    """The files of one curated week."""

    TURNS = "turns.parquet"
    RUNS = "runs.parquet"
    WEEKLY_SUMMARY = "weekly_summary.parquet"
    REJECTED = "_rejected.jsonl"


class PartFile(StrEnum):
    """The files of one part of a curated week; a part whose receipt is there is done."""

    INPUTS = "inputs.jsonl"
    TURNS = "turns.parquet"
    RUNS = "runs.parquet"
    REJECTED = "_rejected.jsonl"
    RECEIPT = "receipt.json"


class PlanFile(StrEnum):
    """The files of one plan of a week's parts."""

    PLAN = "plan.json"
    TO_DO = "to_do.json"


class CuratedTable(StrEnum):
    """The tables that see curated weeks through symlink manifests."""

    CURATED_TURNS = "curated_turns"
    CURATED_RUNS = "curated_runs"
    WEEKLY_SUMMARY = "weekly_summary"

    @property
    def file(self) -> CuratedFile:
        """The file of each week that the table reads."""
        return _FILES_OF_TABLES[self]


_FILES_OF_TABLES: Final = {
    CuratedTable.CURATED_TURNS: CuratedFile.TURNS,
    CuratedTable.CURATED_RUNS: CuratedFile.RUNS,
    CuratedTable.WEEKLY_SUMMARY: CuratedFile.WEEKLY_SUMMARY,
}


class KeyGrammarError(ValueError):
    """A key, or a part of one, outside the grammar; the message says what was expected, `part` which one."""

    def __init__(self, message: str, part: str = "") -> None:
        """Take the message and the name of the part, empty where the whole key is wrong."""
        super().__init__(message)
        self.part = part


def _text(pattern: str, expected: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def parse_text(text: str) -> str:
        if compiled.fullmatch(text):
            return text
        msg = f"expected {expected}"
        raise ValueError(msg)

    return parse_text


def _typed(parse_typed: Callable[[str], object], expected: str) -> Callable[[str], object]:
    def parse_value(text: str) -> object:
        try:
            return parse_typed(text)
        except ValueError:
            msg = f"expected {expected}"
            raise ValueError(msg) from None

    return parse_value


# How each part of a key is read, by the name of its placeholder and field.
PARTS: Final[dict[str, Callable[[str], object]]] = {
    "dt": _typed(parse_date, DATE_EXPECTED),
    "week": _typed(Week.parse, WEEK_EXPECTED),
    "phase": _typed(Phase, f"one of {', '.join(Phase)}"),
    "run_id": _text(RUN_ID_PATTERN, "a ULID: 26 of 0-9 and A-Z without I, L, O, U"),
    "model": _text(MODEL_ID_PATTERN, "a model id: up to 64 of a-z, 0-9, '.' and '-', a letter or digit first"),
    "file": _typed(CuratedFile, f"one of {', '.join(CuratedFile)}"),
    "sha256": _text(r"[a-f0-9]{64}", "a SHA-256 in hex digits"),
    "part_file": _typed(PartFile, f"one of {', '.join(PartFile)}"),
    "plan_file": _typed(PlanFile, f"one of {', '.join(PlanFile)}"),
    "table": _typed(CuratedTable, f"one of {', '.join(CuratedTable)}"),
    "kind": _typed(ArtifactKind, f"one of {', '.join(ArtifactKind)}"),
    "name": _text(r"[a-z0-9]+(-[a-z0-9]+)*", "lower-case words joined by '-'"),
    "version": _text(r"[0-9]+(\.[0-9]+){0,2}", "numbers joined by '.', such as 1.2, or YYYYMMDD"),
    "digest": _text(r"[a-f0-9]{8}", "the first 8 hex digits of the content's SHA-256"),
    "extension": _text(r"json|txt", "json or txt"),
    "manifest_id": _text(MANIFEST_ID_PATTERN, "manifest_YYYYMMDD_<8 hex digits>"),
    "erasure_id": _text(ERASURE_ID_PATTERN, "erasure_YYYYMMDD_<8 hex digits>"),
    "golden_set": _text(GOLDEN_SET_PATTERN, "golden_set_v<number>"),
    "result": _text(
        r"([\w.-]+/)*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-manifest)?\.(csv|txt)(\.metadata)?",
        "folders, the id of a query, and .csv or .txt, with or without .metadata",
    ),
    "export_id": _text(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", "up to 128 letters, digits, '.', '_' and '-'"),
}


# A kind of artifact and a result of a query span folders; a day ends at the first '_', since an export's id may
# hold more.
_SHAPES: Final = {"kind": ".+", "result": ".+", "dt": "[^/]*?"}


@cache
def _matcher(template: str) -> re.Pattern[str]:
    literals = re.split(r"\{(\w+)\}", template)
    literals[::2] = map(re.escape, literals[::2])
    literals[1::2] = [f"(?P<{name}>{_SHAPES.get(name, '[^/]*')})" for name in literals[1::2]]
    return re.compile("".join(literals), re.DOTALL)


def _parse_part(name: str, text: str, where: str) -> object:
    try:
        return PARTS[name](text)
    except ValueError as error:
        msg = f"{where!r}: {name} {text!r}: {error}"
        raise KeyGrammarError(msg, name) from None


@dataclass(frozen=True)
class Key:
    """A typed S3 key; a subclass gives the template and its placeholders as fields."""

    TEMPLATE: ClassVar[str]

    def __post_init__(self) -> None:
        """Raise `KeyGrammarError` where a part would build a key that does not parse."""
        for field in fields(self):
            _parse_part(field.name, str(getattr(self, field.name)), self.TEMPLATE)

    def __str__(self) -> str:
        """Return the decoded S3 key."""
        return self.TEMPLATE.format_map({name: getattr(self, name) for name in _matcher(self.TEMPLATE).groupindex})

    @classmethod
    def matches(cls, key: str) -> bool:
        """Return whether the key has this kind's shape; its parts may still be wrong."""
        return _matcher(cls.TEMPLATE).fullmatch(key) is not None

    @classmethod
    def parse(cls, key: str) -> Self:
        """Return the typed key; raise `KeyGrammarError` that names the first part that is wrong."""
        match = _matcher(cls.TEMPLATE).fullmatch(key)
        if match is None:
            msg = f"{key!r}: expected {cls.TEMPLATE}"
            raise KeyGrammarError(msg)
        parts = {name: _parse_part(name, text, key) for name, text in match.groupdict().items()}
        parsed = cls(**{field.name: parts[field.name] for field in fields(cls)})
        if str(parsed) != key:
            msg = f"{key!r}: expected {parsed}"
            raise KeyGrammarError(msg)
        return parsed
