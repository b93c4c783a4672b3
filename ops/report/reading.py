"""Reads curated weeks from the bucket, as the tables see them: through their symlink manifests."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from lake.lines import iter_lines
from lambdas.curate_week.store import WeekStore
from ops.failures import CommandError
from ops.report.figures import CuratedWeek
from schemas.curation import due_at
from schemas.keys.grammar import CuratedFile, CuratedTable, KeyGrammarError, PartFile
from schemas.keys.layout import MANIFESTS_PREFIX, RAW_PREFIX, CuratedKey, PartKey
from schemas.keys.weeks import Week
from schemas.models import CuratedRun, RunManifest
from schemas.registry.manifests import references


class _Rejected(msgspec.Struct):
    reason: str


def is_complete(store: WeekStore, week: Week) -> bool:
    """Return whether everything of a week is published, and of one generation."""
    return bool(store.published(week).generation)


def read_week(store: WeekStore, week: Week, *, late: bool = False) -> CuratedWeek:
    """Return what is published of a week; raise `CommandError` where it is not curated, or not with its runs.

    With `late` its raw objects are listed, to count those that came late.
    """
    published = store.published(week)
    turns, runs = (published.manifests[table] for table in (CuratedTable.CURATED_TURNS, CuratedTable.CURATED_RUNS))
    if not turns:
        raise CommandError(f"week {week} is not curated: run `ops curate {week}`")
    if not runs:
        raise CommandError(f"week {week} was curated by an older version, without its runs: run `ops curate {week}`")
    if not published.generation:
        raise CommandError(f"week {week} is being published, or was left half-way: run `ops curate {week}`")
    manifests = [*_manifests(store, week)]
    read, refused = [*store.runs(week)], published.files[CuratedFile.REJECTED]
    return CuratedWeek(
        week=week,
        summary=store.summary(week),
        runs=read,
        rejected=_rejected(store, week, turns.keys),
        duplicates=refused.duplicates if refused else None,
        late=_late(store, week, read) if late else None,
        generated_from=published.generation,
        manifests=[manifest.manifest_id for manifest in manifests],
        artifacts=sorted({str(reference) for manifest in manifests for reference in references(manifest)}),
    )


def _rejected(store: WeekStore, week: Week, turns: Iterable[str]) -> Counter[str]:
    """Return how many lines were refused for each reason, in all parts of the week."""
    counted: Counter[str] = Counter()
    for key in sorted({str(CuratedKey(week, CuratedFile.REJECTED)), *map(_rejected_beside, turns)}):
        lines = iter_lines([store.content(key) or b""])
        counted.update(msgspec.json.decode(line, type=_Rejected).reason for _, line in lines)
    return counted


def _late(store: WeekStore, week: Week, runs: Iterable[CuratedRun]) -> int:
    """Return how many of the runs have an object that was written after the week was due."""
    pages, due = store.client.get_paginator("list_objects_v2"), due_at(week)
    found = (
        each["Key"]
        for day in week.days()
        for page in pages.paginate(Bucket=store.bucket, Prefix=f"{RAW_PREFIX}dt={day}/")
        for each in page.get("Contents", [])
        if each["LastModified"] > due
    )
    keys = {run.source_key for run in runs}
    return sum(key in keys for key in found)


def _rejected_beside(turns: str) -> str:
    """Return the key of the lines that were refused where these turns were curated."""
    try:
        part = PartKey.parse(turns)
    except KeyGrammarError:
        return str(CuratedKey(CuratedKey.parse(turns).week, CuratedFile.REJECTED))
    return str(PartKey(part.week, part.sha256, PartFile.REJECTED))


def _manifests(store: WeekStore, week: Week) -> Iterator[RunManifest]:
    """Yield the manifests of the week's days, by which runs are made."""
    pages = store.client.get_paginator("list_objects_v2")
    for day in week.days():
        prefix = f"{MANIFESTS_PREFIX}manifest_{day:%Y%m%d}_"
        for page in pages.paginate(Bucket=store.bucket, Prefix=prefix):
            for listed in page.get("Contents", []):
                if content := store.content(listed["Key"]):
                    yield msgspec.json.decode(content, type=RunManifest)
