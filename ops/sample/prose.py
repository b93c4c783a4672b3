"""Dialogue text: pools of sentences, composed once, from which each turn's texts are drawn."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

from ops.sample import phrases

_SLOT: Final = re.compile(r"\{(\w+)\}")
# Large enough that a page of Parquet (1 MB) seldom holds a sentence twice.
_STATEMENTS: Final = 24_000
_QUESTIONS: Final = 6_000
_RARE: Final = 1_000


@cache
def _compiled(pattern: str) -> tuple[tuple[str, ...], tuple[tuple[tuple[str, ...], bool], ...]]:
    """Return the literals, and what goes between them: the choices of each slot and whether they are capitalised."""
    parts = _SLOT.split(pattern)
    return tuple(parts[::2]), tuple((phrases.SLOTS[name.lower()], name[0].isupper()) for name in parts[1::2])


def _expand(random: Callable[[], float], pattern: str) -> str:
    # random() alone keeps its sequence over Python's versions
    literals, slots = _compiled(pattern)
    words = [literals[0]]
    for (choices, capital), literal in zip(slots, literals[1:], strict=True):
        text = choices[int(random() * len(choices))]
        if "{" in text:
            text = _expand(random, text)
        words += (text[0].upper() + text[1:] if capital else text, literal)
    return "".join(words)


def _pool(name: str, patterns: Sequence[str], size: int) -> tuple[str, ...]:
    random = Random(name).random  # noqa: S311 (text, no secrets)
    return tuple(_expand(random, patterns[int(random() * len(patterns))]) for _ in range(size))


@dataclass(frozen=True, kw_only=True)
class Prose:
    """Sentences by what they do in a dialogue."""

    statements: tuple[str, ...]
    questions: tuple[str, ...]
    advice: tuple[str, ...]
    leading: tuple[str, ...]
    reasons: tuple[str, ...]
    surfaces: tuple[str, ...]


@cache
def prose() -> Prose:
    """Return the sentences, which are the same whatever the sample's seed; composed at the first call."""
    return Prose(
        statements=_pool("statements", phrases.STATEMENTS, _STATEMENTS),
        questions=_pool("questions", phrases.QUESTIONS, _QUESTIONS),
        advice=_pool("advice", phrases.ADVICE, _RARE),
        leading=_pool("leading", phrases.LEADING, _RARE),
        reasons=_pool("reasons", phrases.REASONS, _QUESTIONS),
        surfaces=_pool("surfaces", phrases.SURFACES, _RARE),
    )


def sentences(random: Callable[[], float], pool: Sequence[str], count: int) -> list[str]:
    """Return `count` sentences of the pool, drawn with `random`, which returns floats in [0, 1)."""
    size = len(pool)
    return [pool[int(random() * size)] for _ in range(count)]
