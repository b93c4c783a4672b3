"""Parts in the bucket: their inputs, their files, their receipts, and the plans that name them."""

import logging
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Final

import msgspec

from lake.published import Published
from lambdas.curate_week.engine import curate
from lambdas.curate_week.inputs import RefusedObject, Run, Source
from lambdas.curate_week.parts import Part, PartError, read_part
from lambdas.curate_week.reader import ArchivedError, Reader
from lambdas.curate_week.receipts import Receipt, ReceiptError, read_receipt, write_receipt
from lambdas.curate_week.store import ConflictError, WeekStore
from lambdas.curate_week.workspace import work_folder
from schemas.curation import PartTask
from schemas.keys.grammar import PartFile, PlanFile
from schemas.keys.layout import PartKey, PlanKey
from schemas.keys.weeks import Week

_log: Final = logging.getLogger(__name__)

_MADE: Final = (PartFile.REJECTED, PartFile.RUNS, PartFile.TURNS)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a week in the order of the output, and what was published when they were planned.

    `objects` counts those listed, `refused` are the ones among them that are in no part.
    """

    generated_from: str
    published: Published
    refused: list[RefusedObject]
    parts: list[str]
    objects: int
    bytes_in: int


@dataclass(frozen=True)
class PartStore:
    """The bucket, by parts."""

    store: WeekStore

    def put_plan(self, week: Week, plan: Plan, to_do: Collection[PartTask]) -> str:
        """Write a plan and the parts of it that are to be done; return the key of the latter."""
        sha256 = plan.generated_from
        key = str(PlanKey(week, sha256, PlanFile.TO_DO))
        self.store.put_content(str(PlanKey(week, sha256, PlanFile.PLAN)), msgspec.json.encode(plan))
        self.store.put_content(key, msgspec.json.encode(to_do))
        return key

    def plan(self, week: Week, sha256: str) -> Plan:
        """Return a plan that was written; raise `PartError` where it is gone or damaged."""
        key = str(PlanKey(week, sha256, PlanFile.PLAN))
        try:
            return msgspec.json.decode(self._content(key), type=Plan)
        except msgspec.DecodeError as error:
            raise PartError(f"{key}: {error}") from None

    def to_do(self, key: str) -> list[PartTask]:
        """Return the parts to be done, as `put_plan` wrote them."""
        return msgspec.json.decode(self._content(key), type=list[PartTask])

    def put_inputs(self, week: Week, part: Part) -> None:
        """Write what a part is to be made of."""
        self.store.put_content(str(PartKey(week, part.digest, PartFile.INPUTS)), part.inputs)

    def is_done(self, week: Week, digest: str, stored: Collection[str]) -> bool:
        """Return whether a part has all its files among the stored keys, and a receipt that can be read."""
        made = {str(PartKey(week, digest, file)) for file in (*_MADE, PartFile.RECEIPT)}
        return made <= {*stored} and self.receipt(week, digest) is not None

    def receipt(self, week: Week, digest: str) -> Receipt | None:
        """Return a part's receipt; None where there is none that can be read, so that the part is not done."""
        key = str(PartKey(week, digest, PartFile.RECEIPT))
        if (content := self.store.content(key)) is None:
            return None
        try:
            return read_receipt(content)
        except ReceiptError as error:
            _log.warning("part to be done again", extra={"key": key, "reason": str(error)})
            return None

    def curate(
        self,
        week: Week,
        digest: str,
        open_reader: Callable[[Iterable[Source]], AbstractContextManager[Reader]],
    ) -> None:
        """Curate a part unless it has a receipt, which is written last; raise `PartError` where its inputs are wrong.

        Its files have the same bytes wherever they are made, so that what is there already stays.
        """
        if self.is_done(week, digest, self.store.stored(week, part=digest)):
            return
        runs = self._runs(week, digest)
        with work_folder() as folder:
            with open_reader(source for run in runs for source in run) as reader:
                curated = curate(runs, read=reader.read, folder=folder, generated_from=digest)
            for file in _MADE:
                with suppress(ConflictError):
                    self.store.put(PartKey(week, digest, file), folder / file, over=None, metadata={})
            receipt = Receipt(
                objects=sum(map(len, runs)),
                counts=curated.counts,
                sizes={file: (folder / file).stat().st_size for file in _MADE},
                cells=curated.cells,
            )
        self.store.put_content(str(PartKey(week, digest, PartFile.RECEIPT)), write_receipt(receipt))

    def raise_if_archived(self, week: Week, digest: str) -> None:
        """Raise `ArchivedError` where an object of a part cannot be read before it is restored."""
        keys = [source.object.key for run in self._runs(week, digest) for source in run]
        if archived := self.store.archived(keys):
            raise ArchivedError.of(archived)

    def _runs(self, week: Week, digest: str) -> tuple[Run, ...]:
        return read_part(digest, self._content(str(PartKey(week, digest, PartFile.INPUTS))))

    def _content(self, key: str) -> bytes:
        if (content := self.store.content(key)) is None:
            raise PartError(f"{key}: gone: it is to be planned again")
        return content
