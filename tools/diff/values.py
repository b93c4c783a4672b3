"""Values of a template as a reviewer reads them in a cell: short, and where they differ."""

from collections.abc import Sequence
from os.path import commonprefix
from typing import Final

from tools.markdown import code
from tools.templates.model import canonical, items

_LONGEST: Final = 80
_AROUND: Final = 12


def shown(before: object, after: object) -> str:
    """Return a change in words: `was → is`, and of lists and long texts only what differs."""
    if isinstance(before, list) and isinstance(after, list) and (parts := _list_change(before, after)):
        return parts
    old, new = _text(before), _text(after)
    if old == new:
        old, new = canonical(before), canonical(after)
    if before is None:
        return f"set to {code(_clipped(new))}"
    if after is None:
        return f"removed (was {code(_clipped(old))})"
    if max(len(old), len(new)) > _LONGEST:
        old, new = _around_the_difference(old, new)
    return f"{code(old)} → {code(new)}"


def _text(value: object) -> str:
    return value if isinstance(value, str) and value else canonical(value)


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _list_change(before: Sequence[object], after: Sequence[object]) -> str:
    old, new = [canonical(item) for item in before], [canonical(item) for item in after]
    lost = [_text(item) for item in before if canonical(item) not in new]
    gained = [_text(item) for item in after if canonical(item) not in old]
    parts = [
        f"{sign} {', '.join(code(_clipped(text)) for text in texts)}"
        for sign, texts in (("without", lost), ("with", gained))
        if texts
    ]
    return ", ".join(parts)


def _around_the_difference(old: str, new: str) -> tuple[str, str]:
    start = len(commonprefix([old, new]))  # noqa: RUF071 - characters are what is meant
    end = len(commonprefix([old[start:][::-1], new[start:][::-1]]))  # noqa: RUF071 - see above

    def cut(text: str) -> str:
        first, last = max(start - _AROUND, 0), min(len(text) - end + _AROUND, len(text))
        return _clipped(f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}")

    return cut(old), cut(new)


def words(values: object) -> str:
    """Return one value or several as inline code, separated by commas."""
    return ", ".join(code(_clipped(_text(value))) for value in items(values))
