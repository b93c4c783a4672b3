"""What a sample consists of."""

from dataclasses import dataclass
from typing import Final

from schemas.keys.grammar import Phase
from schemas.keys.weeks import Week
from schemas.models.fields import MAX_TURNS

MAX_RUNS: Final = 1_000_000


class SampleOptionsError(ValueError):
    """Options that no sample can have; the message says what is accepted."""


@dataclass(frozen=True, kw_only=True)
class SampleOptions:
    """A sample: `runs` runs for each week, model and phase, some of them damaged on purpose.

    `bad_lines` is the share of lines that are damaged, `bad_keys` the share of objects that get a key outside the
    grammar or are empty. `turns` holds the least and greatest number of turns a run.
    """

    weeks: tuple[Week, ...]
    models: tuple[str, ...]
    phases: tuple[Phase, ...] = tuple(Phase)
    runs: int = 2
    turns: tuple[int, int] = (10, 40)
    bad_lines: float = 0.0
    bad_keys: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Raise `SampleOptionsError` for what is empty, twice there or out of range."""
        for name in ("weeks", "models", "phases"):
            values = getattr(self, name)
            if not values or len(set(values)) < len(values):
                raise SampleOptionsError(f"{name}: expected at least one, each once")
        if not 1 <= self.runs <= MAX_RUNS:
            raise SampleOptionsError(f"runs {self.runs}: expected 1 to {MAX_RUNS}")
        if not 1 <= self.turns[0] <= self.turns[1] <= MAX_TURNS:
            raise SampleOptionsError(
                f"turns {self.turns[0]}-{self.turns[1]}: expected LEAST-MOST within 1-{MAX_TURNS}"
            )
        for name in ("bad_lines", "bad_keys"):
            if not 0 <= getattr(self, name) <= 1:
                raise SampleOptionsError(f"{name} {getattr(self, name)}: expected a share from 0 to 1")

    @property
    def runs_count(self) -> int:
        """The number of runs, and so of raw objects."""
        return len(self.weeks) * len(self.models) * len(self.phases) * self.runs
