"""Compares what both Regions hold of the registry with its own names, its references, the repository and the catalog.

Pure; `copies.py` reads the objects.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lake.registry import check_object
from schemas.keys.grammar import KeyGrammarError
from schemas.keys.layout import MODELS_KEY, ArtifactKey, ManifestKey, parse
from schemas.names import PRIMARY_REGION, REPLICA_REGION
from schemas.registry.documents import Document
from schemas.registry.manifests import Reference, parse_manifest, references
from schemas.registry.models_file import RegistryError


class DifferenceKind(StrEnum):
    """What is wrong with the registry."""

    INVALID_OBJECT = "invalid_object"
    UNREADABLE = "unreadable"
    MISSING_IN_REPLICA = "missing_in_replica"
    MISSING_IN_PRIMARY = "missing_in_primary"
    DIFFERENT_CONTENT = "different_content"
    DANGLING_REFERENCE = "dangling_reference"
    VERSION_WITH_TWO_CONTENTS = "version_with_two_contents"
    UNPUBLISHED = "unpublished"
    MODELS_DIFFER = "models_differ"
    ENUM_DIFFERS = "enum_differs"


@dataclass(frozen=True)
class Examined:
    """An object of one Region: its content's SHA-256, what is wrong with it, what it refers to.

    Of one that cannot be read there is no SHA-256. `replication` is how far S3 is with copying it, None where no rule
    covers it.
    """

    key: str
    sha256: str | None
    problem: str | None = None
    references: Sequence[Reference] = ()
    replication: str | None = None


@dataclass(frozen=True)
class Difference:
    """One thing that is wrong, and where; `key` is an object's, or a table's name."""

    kind: DifferenceKind
    key: str
    region: str
    detail: str


@dataclass(frozen=True)
class Verification:
    """What was verified; `replication` has the state of each object of the primary that a rule covers."""

    primary: int
    replica: int
    replication: Mapping[str, str]
    differences: Sequence[Difference]

    @property
    def verified(self) -> bool:
        """Whether nothing is wrong."""
        return not self.differences

    def replication_counts(self) -> Counter[str]:
        """Return how many objects are in each state of replication."""
        return Counter(self.replication.values())


def examine(key: str, content: bytes, replication: str | None = None) -> Examined:
    """Return what an object of the registry says of itself."""
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        typed = parse(key)
        check_object(typed, content)
        found = references(parse_manifest(content, key)) if isinstance(typed, ManifestKey) else ()
    except (KeyGrammarError, RegistryError) as error:
        return Examined(key, sha256, problem=str(error), replication=replication)
    return Examined(key, sha256, references=found, replication=replication)


def verify(
    *,
    primary: Iterable[Examined],
    replica: Iterable[Examined],
    repository: Sequence[Document],
    models: Collection[str],
    enums: Mapping[str, Collection[str]],
) -> Verification:
    """Compare everything; `models` are the repository's, `enums` the models that each deployed table projects."""
    here = {examined.key: examined for examined in primary}
    there = {examined.key: examined for examined in replica}
    differences = [
        *_invalid(here, PRIMARY_REGION),
        *_invalid(there, REPLICA_REGION),
        *_between_regions(here, there),
        *_dangling(here),
        *_two_contents(here),
        *_unpublished(here, repository),
        *_enums(enums, models),
    ]
    differences.sort(key=lambda it: (it.key, it.kind, it.region))
    replication = {key: examined.replication for key, examined in here.items() if examined.replication}
    return Verification(len(here), len(there), replication, differences)


def _invalid(objects: Mapping[str, Examined], region: str) -> Iterator[Difference]:
    for key, examined in objects.items():
        if examined.problem:
            kind = DifferenceKind.INVALID_OBJECT if examined.sha256 else DifferenceKind.UNREADABLE
            yield Difference(kind, key, region, examined.problem)


def _between_regions(here: Mapping[str, Examined], there: Mapping[str, Examined]) -> Iterator[Difference]:
    """Yield where the Regions differ in content; version ids differ anyway, since a publication writes in both."""
    for key, examined in here.items():
        state = f"replication {examined.replication or 'not configured'}"
        other = there.get(key)
        if other is None:
            yield Difference(DifferenceKind.MISSING_IN_REPLICA, key, REPLICA_REGION, state)
        elif other.sha256 and examined.sha256 and other.sha256 != examined.sha256:
            detail = f"SHA-256 {other.sha256[:8]}, {PRIMARY_REGION} has {examined.sha256[:8]}, {state}"
            yield Difference(DifferenceKind.DIFFERENT_CONTENT, key, REPLICA_REGION, detail)
    for key in there.keys() - here.keys():
        yield Difference(DifferenceKind.MISSING_IN_PRIMARY, key, PRIMARY_REGION, "restore it")


def _dangling(here: Mapping[str, Examined]) -> Iterator[Difference]:
    for key, examined in here.items():
        for reference in examined.references:
            found = here.get(str(reference.key))
            if found is None or found.sha256 not in (None, reference.sha256):
                yield Difference(DifferenceKind.DANGLING_REFERENCE, key, PRIMARY_REGION, str(reference))


def _two_contents(here: Mapping[str, Examined]) -> Iterator[Difference]:
    versions = defaultdict(list)
    for key in here:
        if ArtifactKey.matches(key):
            versions[key.partition("@")[0]].append(key)
    for version, keys in versions.items():
        if len(keys) > 1:
            detail = ", ".join(sorted(keys))
            yield Difference(DifferenceKind.VERSION_WITH_TWO_CONTENTS, version, PRIMARY_REGION, detail)


def _unpublished(here: Mapping[str, Examined], repository: Sequence[Document]) -> Iterator[Difference]:
    for document in repository:
        key = str(document.key)
        if key not in here:
            yield Difference(DifferenceKind.UNPUBLISHED, key, PRIMARY_REGION, "in the repository, publish it")
        elif key == MODELS_KEY and here[key].sha256 not in (None, hashlib.sha256(document.content).hexdigest()):
            yield Difference(DifferenceKind.MODELS_DIFFER, key, PRIMARY_REGION, "from the repository's, publish it")


def _enums(enums: Mapping[str, Collection[str]], models: Collection[str]) -> Iterator[Difference]:
    for table, projected in enums.items():
        lacks = ", ".join(sorted({*models} - {*projected}))
        extra = ", ".join(sorted({*projected} - {*models}))
        if lacks or extra:
            detail = "; ".join(part for part in (lacks and f"lacks {lacks}", extra and f"still has {extra}") if part)
            yield Difference(DifferenceKind.ENUM_DIFFERS, table, PRIMARY_REGION, f"{detail}: deploy the catalog")
