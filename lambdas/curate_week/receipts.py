"""What a part of a week leaves beside its files when it is done, and what a week's parts add up to. Pure."""

from collections.abc import Sequence

import msgspec

from lambdas.curate_week.cells import Cell
from lambdas.curate_week.counts import Counts, MismatchError, check


class ReceiptError(ValueError):
    """A receipt that cannot be read; the part counts as not done. The message is one line."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a part is done, with what it adds to the week; `sizes` are the bytes of its files."""

    objects: int
    counts: Counts
    sizes: dict[str, int]
    cells: list[Cell]


_decode = msgspec.json.Decoder(Receipt).decode


def write_receipt(receipt: Receipt) -> bytes:
    """Return the receipt as it is stored."""
    return msgspec.json.encode(receipt)


def read_receipt(content: bytes) -> Receipt:
    """Return a stored receipt; raise `ReceiptError` where it is damaged or of another version."""
    try:
        return _decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReceiptError(f"receipt: {error}") from None


def total(receipts: Sequence[Receipt], *, objects: int) -> Counts:
    """Return the counts of a week from those of its parts.

    Raise `MismatchError` where they do not add up, or where other than so many `objects` are in parts.
    """
    listed = sum(receipt.objects for receipt in receipts)
    if listed != objects:
        raise MismatchError(f"{objects} objects were planned, {listed} are in parts")
    counts = [receipt.counts for receipt in receipts]
    found = Counts(
        lines=sum(each.lines for each in counts),
        rows=sum(each.rows for each in counts),
        rejected=sum(each.rejected for each in counts),
        duplicates=sum(each.duplicates for each in counts),
        bytes_in=sum(each.bytes_in for each in counts),
    )
    check(found, written=found.rows)
    return found
