"""The S3 layout: its prefixes, and one class for each kind of object, which builds its key and parses it back.

`parse(key)` returns the typed key of any object that the layout knows; each class's own `parse` accepts its kind
alone. Both raise `KeyGrammarError`, which says what was expected. `str(key)` is the S3 key, decoded.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.keys.grammar import (
    ArtifactKind,
    CuratedFile,
    CuratedTable,
    Key,
    KeyGrammarError,
    PartFile,
    Phase,
    PlanFile,
)
from schemas.keys.weeks import Week, parse_date

RAW_PREFIX: Final = "raw/"
RAW_SUFFIX: Final = ".jsonl"
SCORES_PREFIX: Final = "scores/"
SCORES_SUFFIX: Final = ".json"
CURATED_PREFIX: Final = "curated/"
CONFIG_PREFIX: Final = "config/"
MANIFESTS_PREFIX: Final = "manifests/"
CALIBRATION_PREFIX: Final = "calibration/"
EXPORTS_PREFIX: Final = "exports/"
REPORTS_PREFIX: Final = "reports/"
QUERY_RESULTS_PREFIX: Final = "query-results/"
ERASURES_PREFIX: Final = "erasures/"

GOLDEN_SETS_PREFIX: Final = f"{CALIBRATION_PREFIX}golden_sets/"
CALIBRATION_RESULTS_PREFIX: Final = f"{CALIBRATION_PREFIX}results/"
CALIBRATION_RESULTS_SUFFIX: Final = ".json"
MODELS_KEY: Final = f"{CONFIG_PREFIX}models.json"

PREFIXES: Final = (
    RAW_PREFIX,
    SCORES_PREFIX,
    CURATED_PREFIX,
    CONFIG_PREFIX,
    MANIFESTS_PREFIX,
    CALIBRATION_PREFIX,
    EXPORTS_PREFIX,
    REPORTS_PREFIX,
    QUERY_RESULTS_PREFIX,
    ERASURES_PREFIX,
)
REPLICATED_PREFIXES: Final = (CONFIG_PREFIX, CALIBRATION_PREFIX, MANIFESTS_PREFIX, ERASURES_PREFIX)
# Those of them whose objects are written to both Regions before they are acknowledged, and compared every day.
COMPARED_PREFIXES: Final = (CONFIG_PREFIX, MANIFESTS_PREFIX, ERASURES_PREFIX)
# What runs write: durable in its Region, replicated only where a deployment chooses to.
RUN_PREFIXES: Final = (RAW_PREFIX, SCORES_PREFIX)

# Objects below these prefixes are written once and never changed or deleted.
WRITE_ONCE_PREFIXES: Final = (
    *(f"{CONFIG_PREFIX}{kind}/" for kind in ArtifactKind),
    MANIFESTS_PREFIX,
    GOLDEN_SETS_PREFIX,
    ERASURES_PREFIX,
)


_FIXED_NAMES: Final = {
    ArtifactKind.SEEDS: "seeds",
    ArtifactKind.RUBRIC: "rubric",
    ArtifactKind.PHASES: "phases",
}


@dataclass(frozen=True)
class RawKey(Key):
    """One run's turns as JSON Lines."""

    TEMPLATE = f"{RAW_PREFIX}dt={{dt}}/model={{model}}/phase={{phase}}/{{run_id}}{RAW_SUFFIX}"
    dt: date
    model: str
    phase: Phase
    run_id: str


@dataclass(frozen=True)
class ScoreKey(Key):
    """One run's summary."""

    TEMPLATE = f"{SCORES_PREFIX}dt={{dt}}/{{run_id}}_summary{SCORES_SUFFIX}"
    dt: date
    run_id: str


@dataclass(frozen=True)
class CuratedKey(Key):
    """One file of a curated week."""

    TEMPLATE = f"{CURATED_PREFIX}week={{week}}/{{file}}"
    week: Week
    file: CuratedFile


def week_folder(week: Week) -> str:
    """Return the prefix of everything that is published of a week but its manifests."""
    return CuratedKey.TEMPLATE.format(week=week, file="")


@dataclass(frozen=True)
class PartKey(Key):
    """One file of a part of a curated week; `sha256` is over the part's inputs, so that a part never changes."""

    TEMPLATE = f"{CURATED_PREFIX}week={{week}}/parts/{{sha256}}/{{part_file}}"
    week: Week
    sha256: str
    part_file: PartFile


def part_folder(week: Week, sha256: str) -> str:
    """Return the prefix of the files of one part of a week."""
    return PartKey.TEMPLATE.format(week=week, sha256=sha256, part_file="")


@dataclass(frozen=True)
class PlanKey(Key):
    """One file of a plan of a week's parts; `sha256` is what the week will be generated from."""

    TEMPLATE = f"{CURATED_PREFIX}week={{week}}/plans/{{sha256}}/{{plan_file}}"
    week: Week
    sha256: str
    plan_file: PlanFile


@dataclass(frozen=True)
class SymlinkKey(Key):
    """The manifest through which a table sees one curated week."""

    TEMPLATE = f"{CURATED_PREFIX}symlinks/{{table}}/week={{week}}/symlink.txt"
    table: CuratedTable
    week: Week


@dataclass(frozen=True)
class ModelsKey(Key):
    """The model registry, the one object of `config/` that changes."""

    TEMPLATE = MODELS_KEY


@dataclass(frozen=True)
class ArtifactKey(Key):
    """A registry artifact, named by its content: `digest` begins the SHA-256 of the object's bytes."""

    TEMPLATE = f"{CONFIG_PREFIX}{{kind}}/{{name}}-{{version}}@sha256_{{digest}}.{{extension}}"
    kind: ArtifactKind
    name: str
    version: str
    digest: str

    def __post_init__(self) -> None:
        """Raise `KeyGrammarError` where the name or version does not fit the kind."""
        super().__post_init__()
        if (fixed := _FIXED_NAMES.get(self.kind)) and self.name != fixed:
            msg = f"{str(self)!r}: name {self.name!r}: expected {fixed!r} in {CONFIG_PREFIX}{self.kind}/"
            raise KeyGrammarError(msg, "name")
        if self.kind is ArtifactKind.SEEDS:
            try:
                parse_date(re.sub(r"(....)(..)(..)", r"\1-\2-\3", self.version))
            except ValueError:
                msg = f"{str(self)!r}: version {self.version!r}: expected the calendar date YYYYMMDD"
                raise KeyGrammarError(msg, "version") from None

    @property
    def extension(self) -> str:
        """The file name's ending, which the kind decides."""
        return self.kind.extension


@dataclass(frozen=True)
class ManifestKey(Key):
    """What a run was made of; written once."""

    TEMPLATE = f"{MANIFESTS_PREFIX}{{manifest_id}}.json"
    manifest_id: str


@dataclass(frozen=True)
class ErasureKey(Key):
    """What was erased, when, why and by whom; written once, with nothing of what it was."""

    TEMPLATE = f"{ERASURES_PREFIX}{{erasure_id}}.json"
    erasure_id: str


@dataclass(frozen=True)
class GoldenSetKey(Key):
    """Hand-labelled items that judges are calibrated against; written once."""

    TEMPLATE = f"{GOLDEN_SETS_PREFIX}{{golden_set}}.jsonl"
    golden_set: str


@dataclass(frozen=True)
class CalibrationResultKey(Key):
    """The canary result of one day."""

    TEMPLATE = f"{CALIBRATION_RESULTS_PREFIX}{{dt}}{CALIBRATION_RESULTS_SUFFIX}"
    dt: date


@dataclass(frozen=True)
class ExportKey(Key):
    """An ad-hoc export."""

    TEMPLATE = f"{EXPORTS_PREFIX}{{dt}}_{{export_id}}.csv"
    dt: date
    export_id: str


@dataclass(frozen=True)
class QueryResultKey(Key):
    """What Athena writes for a client that reads results from S3; the console puts a folder before it."""

    TEMPLATE = f"{QUERY_RESULTS_PREFIX}{{result}}"
    result: str


@dataclass(frozen=True)
class ReportKey(Key):
    """The page of one week."""

    TEMPLATE = f"{REPORTS_PREFIX}week={{week}}/report.html"
    week: Week


KINDS: Final[tuple[type[Key], ...]] = (
    RawKey,
    ScoreKey,
    CuratedKey,
    PartKey,
    PlanKey,
    SymlinkKey,
    ModelsKey,
    ArtifactKey,
    ManifestKey,
    ErasureKey,
    GoldenSetKey,
    CalibrationResultKey,
    ExportKey,
    ReportKey,
    QueryResultKey,
)


def parse(key: str) -> Key:
    """Return the typed key of any object of the layout; raise `KeyGrammarError` otherwise."""
    for kind in KINDS:
        if kind.matches(key):
            return kind.parse(key)
    msg = f"{key!r}: expected one of {', '.join(kind.TEMPLATE for kind in KINDS)}"
    raise KeyGrammarError(msg)
