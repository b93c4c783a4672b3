"""Which runs a sample has: identities, days and numbers of turns."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import product
from random import Random
from typing import Final

from ops.sample.options import SampleOptions
from schemas.keys.grammar import Phase
from schemas.keys.layout import RawKey
from schemas.keys.weeks import Week

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID_LENGTH: Final = 26
# Later starts could end on the next day.
_LATEST_START: Final = timedelta(hours=20)
_SEEDS: Final = 12
_TEMPERATURES: Final = (0.0, 0.3, 0.7, 1.0)


def digest(text: str) -> str:
    """Return the 64 hex digits of the text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()


SYSTEM_PROMPT: Final = f"soc-1.2@sha256:{digest('soc-1.2')}"
RUBRIC: Final = f"rubric-1.1@sha256:{digest('rubric-1.1')}"
CODE_IMAGE: Final = f"sha256:{digest('runner')}"


def ulid(at: datetime, entropy: str) -> str:
    """Return a ULID of a time; its 80 random bits are the entropy's digest."""
    # https://github.com/ulid/spec
    number = int(at.timestamp() * 1000) << 80 | int(digest(entropy)[:20], 16)
    return "".join(_CROCKFORD[number >> 5 * place & 31] for place in reversed(range(_ULID_LENGTH)))


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """One run before it has turns; `random` is its own, so that a run depends on no other."""

    key: RawKey
    week: Week
    turns: int
    started_at: datetime
    seed_id: str
    temperature: float
    manifest_id: str
    random: Random

    @property
    def model(self) -> str:
        """The model under test."""
        return self.key.model

    @property
    def phase(self) -> Phase:
        """The pressure of the run."""
        return self.key.phase


def plan_runs(options: SampleOptions) -> Iterator[RunPlan]:
    """Yield the runs of a sample, week by week."""
    for week, model, phase, number in product(options.weeks, options.models, options.phases, range(options.runs)):
        yield _plan_run(options, week, model, phase, number)


def _plan_run(options: SampleOptions, week: Week, model: str, phase: Phase, number: int) -> RunPlan:
    identity = f"{options.seed}/{week}/{model}/{phase}/{number}"
    rng = Random(identity)  # noqa: S311 (a sample, no secrets)
    day = week.days()[int(rng.random() * 7)]
    started_at = datetime.combine(day, time(), UTC) + timedelta(
        milliseconds=int(rng.random() * _LATEST_START.total_seconds() * 1000)
    )
    least, most = options.turns
    return RunPlan(
        key=RawKey(day, model, phase, ulid(started_at, identity)),
        week=week,
        turns=least + int(rng.random() * (most - least + 1)),
        started_at=started_at,
        seed_id=f"seed-{1 + int(rng.random() * _SEEDS):03}",
        temperature=_TEMPERATURES[int(rng.random() * len(_TEMPERATURES))],
        manifest_id=f"manifest_{week.monday:%Y%m%d}_{digest(f'{options.seed}/{week}')[:8]}",
        random=rng,
    )
