"""The objects of a sample, each with what is expected of it, so that a lake's answer can be checked against it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Final

import msgspec

from ops.sample.defects import KEY_DEFECTS, LINE_DEFECTS, ODDITIES, damaged_key
from ops.sample.options import SampleOptions
from ops.sample.plan import RunPlan, plan_runs
from ops.sample.summary import summarize
from ops.sample.turns import make_turns
from schemas.keys.layout import ScoreKey
from schemas.models import ModelConfig, Turn
from schemas.run_index import RunStatus

_encoder: Final = msgspec.json.Encoder()


@dataclass(frozen=True)
class SampleObject:
    """An object to put, and what the index must say of it; a status of None says that it is not indexed."""

    key: str
    body: bytes
    expected_status: RunStatus | None = None
    expected_turns: int = 0
    expected_invalid_lines: int = 0


def generate(options: SampleOptions, *, prices: Mapping[str, ModelConfig]) -> Iterator[SampleObject]:
    """Yield each run's raw object and then its summary; `prices` are the registry's, for the summary's cost.

    Damage changes no text: the same run has the same good lines whatever shares are damaged. Kinds of damage take
    turns, so that a small sample has them all.
    """
    damage = _Damage(options)
    for plan in plan_runs(options):
        turns = list(make_turns(plan))
        yield damage.raw_object(plan, turns)
        body = _encoder.encode(summarize(plan, turns, prices.get(plan.model))) + b"\n"
        yield SampleObject(str(ScoreKey(plan.key.dt, plan.key.run_id)), body)


class _Damage:
    """Decides which objects and lines are damaged, and how."""

    def __init__(self, options: SampleOptions) -> None:
        self._options = options
        self._lines = cycle(LINE_DEFECTS)
        self._oddities = cycle(ODDITIES)
        # None empties the object, whose key stays good.
        self._keys = cycle((None, *KEY_DEFECTS))

    def raw_object(self, plan: RunPlan, turns: Sequence[Turn]) -> SampleObject:
        """Return the raw object of a run."""
        random = plan.random.random
        if random() < self._options.bad_keys:
            defect = next(self._keys)
            if defect is None:
                return SampleObject(str(plan.key), b"", RunStatus.INVALID)
            return SampleObject(damaged_key(plan.key, defect), _encoder.encode_lines(turns), RunStatus.INVALID)
        bad = (
            {turn.turn for turn in turns if random() < self._options.bad_lines} if self._options.bad_lines else set()
        )
        if not bad:
            return SampleObject(str(plan.key), _encoder.encode_lines(turns), RunStatus.OK, len(turns))
        good = [_encoder.encode(turn) for turn in turns if turn.turn not in bad]
        status = RunStatus.PARTIAL if good else RunStatus.INVALID
        return SampleObject(str(plan.key), self._body(turns, bad, good), status, len(good), len(bad))

    def _body(self, turns: Sequence[Turn], bad: set[int], good: Sequence[bytes]) -> bytes:
        rest = iter(good)
        lines = [next(self._lines).damage(turn) if turn.turn in bad else next(rest) for turn in turns]
        return next(self._oddities)(lines, good)
