"""Types of fields that several records share, with their ranges, lengths and units."""

from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta

from schemas.keys.grammar import (
    ERASURE_ID_PATTERN,
    MANIFEST_ID_PATTERN,
    MODEL_ID_PATTERN,
    REFERENCE_PATTERN,
    RUN_ID_PATTERN,
)

INT64_MAX: Final = 2**63 - 1

MAX_TURNS: Final = 200

# The longest texts, in characters, and the longest lists. They are far above what is written, and bound the memory
# that a record takes: each text and each list of every record has one.
MAX_NAME: Final = 256
MAX_LOCATION: Final = 2_048
MAX_TEXT: Final = 10_000
MAX_FEW: Final = 100
MAX_MANY: Final = 1_000
MAX_ITEMS: Final = 100_000

Points = Annotated[float, Meta(ge=0, le=10)]
Share = Annotated[float, Meta(ge=0, le=1)]
NonNegative = Annotated[float, Meta(ge=0)]
Dollars = NonNegative
# Counts end where a Parquet INT64 and a Glue bigint do.
Count = Annotated[int, Meta(ge=0, le=INT64_MAX)]
TurnNumber = Annotated[int, Meta(ge=1, le=INT64_MAX)]
# A run has at most this many turns.
RunTurn = Annotated[int, Meta(ge=1, le=MAX_TURNS)]
Temperature = Annotated[float, Meta(ge=0, le=2)]
# Without a zone a time means UTC; readers of the records apply that.
Timestamp = Annotated[datetime, Meta(tz=None)]

RunId = Annotated[str, Meta(pattern=RUN_ID_PATTERN)]
ModelId = Annotated[str, Meta(pattern=MODEL_ID_PATTERN)]
ManifestId = Annotated[str, Meta(pattern=MANIFEST_ID_PATTERN)]
ErasureId = Annotated[str, Meta(pattern=ERASURE_ID_PATTERN)]
Reference = Annotated[str, Meta(pattern=REFERENCE_PATTERN, max_length=MAX_NAME)]

# Ids that the lake does not parse, names, versions and labels.
Name = Annotated[str, Meta(max_length=MAX_NAME)]
# URLs and S3 URIs.
Location = Annotated[str, Meta(max_length=MAX_LOCATION)]
# Prose.
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
