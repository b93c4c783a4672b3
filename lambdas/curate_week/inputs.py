"""What a week is made of: its raw objects, in the order of the output, and the digest that stands for them. Pure."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from schemas.curation import SUMMARY_VERSION, TURNS_VERSION
from schemas.keys.grammar import KeyGrammarError, Phase
from schemas.keys.layout import RawKey
from schemas.keys.weeks import Week
from schemas.models import ModelConfig

# A run of more bytes would not fit on the disk of a function beside its turns; belongs to TURNS_VERSION.
LARGEST_RUN: Final = 6_000_000_000
TOO_LARGE: Final = "too_large"


@dataclass(frozen=True, order=True)
class RawObject:
    """A raw object as a listing names it; `etag` without quotes, `size` in bytes."""

    key: str
    etag: str
    size: int


@dataclass(frozen=True)
class Source:
    """A raw object whose key is in the grammar."""

    key: RawKey
    object: RawObject


# The sources of one run, in the order in which they win: the greater day first, then the greater key.
Run = tuple[Source, ...]


@dataclass(frozen=True)
class RefusedObject:
    """A raw object that is refused as a whole, and why."""

    key: str
    reason: str


def count_refused(refused: Iterable[RefusedObject]) -> tuple[int, int]:
    """Return how many objects are refused for their key, and how many for the size of their run."""
    reasons = Counter(object_.reason == TOO_LARGE for object_ in refused)
    return reasons[False], reasons[True]


@dataclass(frozen=True)
class WeekInputs:
    """The raw objects of one week.

    `runs` is in the order of the output, (model, phase, run_id).
    """

    week: Week
    runs: tuple[Run, ...]
    refused: tuple[RefusedObject, ...]
    objects: tuple[RawObject, ...]

    @property
    def size(self) -> int:
        """The bytes to read."""
        return sum(source.object.size for run in self.runs for source in run)

    def generated_from(self, models: Mapping[str, ModelConfig], turns: Mapping[Phase, int]) -> str:
        """Return the SHA-256 over everything that decides the week's files, prices and planned turns among it."""
        ids = sorted({source.key.model for run in self.runs for source in run} & models.keys())
        prices = [[name, models[name].cost_per_1m_prompt, models[name].cost_per_1m_completion] for name in ids]
        objects = sorted([found.key, found.etag] for found in self.objects)
        decisive = [TURNS_VERSION, SUMMARY_VERSION, objects, prices, sorted(turns.items())]
        return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()


def week_inputs(week: Week, objects: Iterable[RawObject]) -> WeekInputs:
    """Return the inputs of a week from all objects under its seven days' prefixes."""
    found = tuple(sorted(objects))
    runs, refused = runs_of(found)
    small = tuple(run for run in runs if _size(run) <= LARGEST_RUN)
    too_large = (source.object.key for run in runs if _size(run) > LARGEST_RUN for source in run)
    refused += [RefusedObject(key, TOO_LARGE) for key in sorted(too_large)]
    return WeekInputs(week, small, tuple(refused), found)


def runs_of(objects: Iterable[RawObject]) -> tuple[tuple[Run, ...], list[RefusedObject]]:
    """Return the runs of the objects in the order of the output, and the objects whose key is not in the grammar."""
    sources, refused = [], []
    for each in objects:
        try:
            sources.append(Source(RawKey.parse(each.key), each))
        except KeyGrammarError as error:
            refused.append(RefusedObject(each.key, f"bad_key:{error.part}" if error.part else "bad_key"))
    sources.sort(key=lambda source: (source.key.dt, source.object.key), reverse=True)
    sources.sort(key=_run)
    return tuple(tuple(group) for _, group in groupby(sources, _run)), refused


def _size(run: Run) -> int:
    return sum(source.object.size for source in run)


def _run(source: Source) -> tuple[str, str, str]:
    return source.key.model, source.key.phase, source.key.run_id
