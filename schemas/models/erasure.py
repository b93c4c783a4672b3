"""What is left of what was erased: a record of the act, and nothing of the content."""

from typing import Annotated

from msgspec import Meta, Struct

from schemas.models.fields import MAX_FEW, MAX_LOCATION, MAX_MANY, Count, ErasureId, Name, RunTurn, Timestamp

# A SHA-256 of a text that nobody can guess, so that who has the text can tell that it is meant, and nobody else can.
Hashed = Annotated[str, Meta(pattern=r"^[a-f0-9]{64}\Z", max_length=64)]
Reason = Annotated[str, Meta(pattern=r"\S", max_length=MAX_LOCATION)]


class Erasure(Struct, frozen=True, kw_only=True):
    """An erasure: `erasures/erasure_YYYYMMDD_<hash>.json`, write-once."""

    erasure_id: ErasureId
    at: Timestamp
    by: Annotated[Name, Meta(description="ARN of who erased.")]
    reason: Reason
    runs: Annotated[list[Hashed], Meta(max_length=MAX_MANY, description="SHA-256 of each run id that was asked for.")]
    keys: Annotated[list[Hashed], Meta(max_length=MAX_MANY, description="SHA-256 of each object's key.")]
    turns: Annotated[list[RunTurn], Meta(max_length=MAX_MANY, description="Turns taken out; empty: whole objects.")]
    versions: Annotated[Count, Meta(description="Versions of these objects that were deleted, in both Regions.")]
    weeks: Annotated[list[Name], Meta(max_length=MAX_FEW, description="Weeks that were cleared of them.")]
