"""What makes a week complete, for tests that publish one by hand."""

from schemas.keys.grammar import CuratedFile, CuratedTable, Key
from schemas.keys.layout import CuratedKey, SymlinkKey
from schemas.keys.weeks import Week


def marks(week: Week) -> list[Key]:
    """Return the keys that every complete week has; its manifests name nothing."""
    files = (CuratedFile.REJECTED, CuratedFile.WEEKLY_SUMMARY)
    return [*(CuratedKey(week, file) for file in files), *(SymlinkKey(table, week) for table in CuratedTable)]
