"""Which versions of a week's files are no longer needed, once the week is curated without what is erased. Pure."""

from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec

from ops.versions import Version
from schemas.keys.grammar import CuratedFile, KeyGrammarError, PartFile, PlanFile
from schemas.keys.layout import CuratedKey, PartKey, PlanKey, parse

_OBJECT = tuple[str, str, int]


def superseded(versions: Iterable[Version], *, named: Collection[str], holds: Callable[[str], bool]) -> list[Version]:
    """Return what is to be deleted of a week's versions.

    That is what was replaced or deleted, and of what is current the turns and runs that no manifest names and that
    hold what is erased. `named` are the keys that a manifest does name; `holds` says of the folder of a part or a
    plan whether it holds any of it.
    """
    kept = {*named, *(key.rpartition("/")[0] for key in named if PartKey.matches(key))}
    return [
        version for version in versions if not version.current or version.is_marker or _goes(version, kept, holds)
    ]


def _goes(version: Version, kept: Collection[str], holds: Callable[[str], bool]) -> bool:
    folder = version.key.rpartition("/")[0]
    try:
        key = parse(version.key)
    except KeyGrammarError:
        return False
    match key:
        case CuratedKey(file=CuratedFile.TURNS | CuratedFile.RUNS):
            return version.key not in kept
        case PartKey():
            return folder not in kept and holds(folder)
        case PlanKey():
            return holds(folder)
        case _:
            return False


def is_foreign(version: Version) -> bool:
    """Return whether a file lies in a week's folder that no curation writes."""
    try:
        parse(version.key)
    except KeyGrammarError:
        return version.current and not version.is_marker
    return False


def names_erased(content: bytes | None, erased: Mapping[str, str | None]) -> bool:
    """Return whether what a part was made of (`inputs.jsonl`) has an object that is erased, or cannot be read.

    `erased` has the keys, and what the ETag is of the object without the turns that were taken out; None where the
    whole object is erased.
    """
    if content is None:
        return True
    try:
        objects = [msgspec.json.decode(line, type=_OBJECT) for line in content.splitlines()[1:]]
    except msgspec.DecodeError:
        return True
    return any(key in erased and etag != erased[key] for key, etag, _ in objects)


def mentions_erased(content: bytes | None, erased: Mapping[str, str | None]) -> bool:
    """Return whether a plan has the key of an object that is erased as a whole, or cannot be read."""
    gone = (msgspec.json.encode(key)[1:-1] for key, etag in erased.items() if etag is None)
    return content is None or any(key in content for key in gone)


def of_folder(folder: str) -> str:
    """Return the key of the file that says what a part or a plan was made of."""
    return f"{folder}/{PlanFile.PLAN if '/plans/' in folder else PartFile.INPUTS}"
