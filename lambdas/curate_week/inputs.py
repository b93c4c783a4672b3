"""What a week is made of: its raw objects, in the order of the output, and the digest that stands for them. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from schemas.curation import TRANSFORM_VERSION
from schemas.keys.grammar import KeyGrammarError
from schemas.keys.layout import RawKey
from schemas.keys.weeks import Week
from schemas.models import ModelConfig


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


@dataclass(frozen=True)
class RefusedObject:
    """A raw object whose key is not in the grammar, and why."""

    key: str
    reason: str


@dataclass(frozen=True)
class WeekInputs:
    """The raw objects of one week.

    `runs` is in the order of the output, (model, phase, run_id). The sources of one run are in the order in which
    they win: the greater day first, then the greater key.
    """

    week: Week
    runs: tuple[tuple[Source, ...], ...]
    refused: tuple[RefusedObject, ...]
    objects: tuple[RawObject, ...]

    @property
    def size(self) -> int:
        """The bytes to read."""
        return sum(source.object.size for run in self.runs for source in run)

    def generated_from(self, models: Mapping[str, ModelConfig]) -> str:
        """Return the SHA-256 over everything that decides the week's turns: transformation, objects, prices."""
        ids = sorted({source.key.model for run in self.runs for source in run} & models.keys())
        prices = [[name, models[name].cost_per_1m_prompt, models[name].cost_per_1m_completion] for name in ids]
        objects = sorted([found.key, found.etag] for found in self.objects)
        return hashlib.sha256(json.dumps([TRANSFORM_VERSION, objects, prices]).encode()).hexdigest()


def week_inputs(week: Week, objects: Iterable[RawObject]) -> WeekInputs:
    """Return the inputs of a week from all objects under its seven days' prefixes."""
    found = tuple(sorted(objects))
    sources, refused = [], []
    for each in found:
        try:
            sources.append(Source(RawKey.parse(each.key), each))
        except KeyGrammarError as error:
            refused.append(RefusedObject(each.key, f"bad_key:{error.part}" if error.part else "bad_key"))
    sources.sort(key=lambda source: (source.key.dt, source.object.key), reverse=True)
    sources.sort(key=_run)
    runs = tuple(tuple(group) for _, group in groupby(sources, _run))
    return WeekInputs(week, runs, tuple(refused), found)


def _run(source: Source) -> tuple[str, str, str]:
    return source.key.model, source.key.phase, source.key.run_id
