"""How a measurement is to be taken."""

from dataclasses import dataclass

from tools.bench.data import Samples


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The data, and how many runs of each program the medians are taken of."""

    samples: Samples
    rounds: int
