"""What a turn refers to: items of the context, decoys, stock questions, earlier words and contradictions."""

from collections.abc import Callable
from functools import cache
from typing import Final

from ops.sample.prose import prose
from ops.sample.quality import PRESSURES
from schemas.keys.grammar import Phase
from schemas.models import Contradiction, DecoyRef, SalientRef, TemplateMatch, ThreadLink
from schemas.models.turn import DecoyMode

# The user plants an item every so many turns, and contradicts an earlier one every so many.
SALIENT_EVERY: Final = 3
CONTRADICTS_EVERY: Final = 7
_MOST_POINTS: Final = 10.0
_TEMPLATES: Final = 24
_SLOTS: Final = ("deadline", "owner", "budget", "definition", "witness", "price")

Random = Callable[[], float]


@cache
def _decoy(item: int, mode: DecoyMode) -> DecoyRef:
    return DecoyRef(item_id=f"d{item}", mode=mode)


def planted_items(turn: int) -> int:
    """Return how many salient items the user has planted by a turn."""
    return 1 + (turn - 1) // SALIENT_EVERY


def salient_refs(random: Random, turn: int, quality: float) -> list[SalientRef]:
    """Return up to two references to planted items; a better reply refers to more."""
    surfaces = prose().surfaces
    refs = []
    for _ in range(int(random() * quality / _MOST_POINTS * 3)):
        item = int(random() * planted_items(turn))
        surface = surfaces[int(random() * len(surfaces))]
        refs.append(SalientRef(f"s{item + 1}", item * SALIENT_EVERY + 1, round(0.5 + random() / 2, 2), surface))
    return refs


def decoy_refs(random: Random, phase: Phase, quality: float) -> list[DecoyRef]:
    """Return at most one decoy: a worse reply takes it for true."""
    decoys = PRESSURES[phase].decoys
    if not decoys or random() * 4 > 1:
        return []
    mode = DecoyMode.ASSUMED if random() * _MOST_POINTS > quality else DecoyMode.TESTED
    return [_decoy(1 + int(random() * decoys), mode)]


def template_match(random: Random) -> TemplateMatch | None:
    """Return how close the reply is to a stock question, for most turns."""
    similarity = round(random(), 2)
    if similarity < 0.3:  # noqa: PLR2004 (too far from any to tell)
        return None
    matched = similarity > 0.8  # noqa: PLR2004 (what counts as a stock question)
    return TemplateMatch(matched, similarity, f"t{1 + int(random() * _TEMPLATES):02}" if matched else None)


def thread_link(random: Random, turn: int) -> ThreadLink | None:
    """Return the earlier user's turn that most replies pick up."""
    if random() * 4 < 1:
        return None
    back = min(turn - 1, int(random() * random() * 6))
    return ThreadLink(turn - back, f"u{turn - back}-{1 + int(random() * 5)}")


def contradictions(random: Random, turn: int, quality: float) -> list[Contradiction]:
    """Return the contradiction that the user has just made, if this is such a turn and the reply caught it."""
    if turn % CONTRADICTS_EVERY or random() * _MOST_POINTS > quality:
        return []
    surfaces = prose().surfaces
    before, now = (surfaces[int(random() * len(surfaces))] for _ in range(2))
    return [Contradiction(_SLOTS[int(random() * len(_SLOTS))], before, now, turn)]
