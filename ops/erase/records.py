"""Records of erasures in both Regions: what proves that something was erased, and tells nobody what it was."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from ops.erase.erasing import Plan
from ops.failures import CommandError
from ops.registry.publish.publishing import Publisher, RefusedError as NotPublishedError
from ops.registry.store import Store
from schemas.keys.layout import ERASURES_PREFIX, ErasureKey
from schemas.models import Erasure
from schemas.registry.documents import Document
from schemas.registry.erasures import UNNAMED, hashed, parse_erasure, with_id
from schemas.registry.models_file import RegistryError


def record_of(plan: Plan, *, at: datetime, by: str, reason: str, versions: int) -> Erasure:
    """Return the record of an erasure at an aware time; `versions` is how many were deleted."""
    return with_id(
        Erasure(
            erasure_id=UNNAMED,
            at=at,
            by=by,
            reason=reason,
            runs=sorted(map(hashed, plan.asked.runs)),
            keys=sorted(map(hashed, plan.keys)),
            turns=sorted(plan.asked.turns),
            versions=versions,
            weeks=[str(week) for week in plan.found.weeks],
        )
    )


def publish(erasure: Erasure, *, primary: Store, replica: Store) -> str:
    """Write a record to both Regions, and return its key; raise `CommandError` where one of them has not got it."""
    key = ErasureKey(erasure.erasure_id)
    content = msgspec.json.format(msgspec.json.encode(erasure), indent=2) + b"\n"
    publisher = Publisher(primary=primary, replica=replica, may_replace=lambda *_: False)
    try:
        publisher.publish(Document(key, content))
    except NotPublishedError as error:
        raise CommandError(str(error)) from None
    return str(key)


def read_records(store: Store) -> list[Erasure]:
    """Return all records, the oldest first; what is none is left out, `ops verify` names it."""
    found = []
    for listed in store.listing(ERASURES_PREFIX):
        stored = store.read(listed.key)
        try:
            found += [parse_erasure(stored.content, listed.key)] if stored else []
        except RegistryError:
            continue
    return sorted(found, key=lambda erasure: erasure.at)


def recorded(records: Sequence[Erasure], named: str, turns: frozenset[int]) -> Erasure | None:
    """Return the last record of a run or a key; that of a whole object is one of each of its turns."""
    meant = [
        erasure
        for erasure in records
        if hashed(named) in (*erasure.runs, *erasure.keys)
        and (not erasure.turns or (turns and turns.issubset(erasure.turns)))
    ]
    return meant[-1] if meant else None
