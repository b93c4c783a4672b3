"""Calibration of judges: hand-labelled items and the weekly canary's result."""

from typing import Annotated, Final

from msgspec import Meta, Struct

from schemas.keys.grammar import GOLDEN_SET_PATTERN
from schemas.keys.weeks import parse_date
from schemas.models.fields import MAX_FEW, MAX_ITEMS, MAX_MANY, MAX_NAME, Count, Name, Points, Share, Text, Timestamp
from schemas.models.turn import Violations

ITEM_ID_PATTERN: Final = r"^CAL-[A-Z0-9]{8}\Z"
ItemId = Annotated[str, Meta(pattern=ITEM_ID_PATTERN)]


class ExpertLabels(Struct, frozen=True):
    """One expert's scores of an item."""

    form: Points
    substance: Points
    purity: Points
    violations: Violations = []
    expert_id: Name | None = None


class CalibrationItem(Struct, frozen=True):
    """A hand-labelled turn: one line of `calibration/golden_sets/golden_set_vN.jsonl`."""

    item_id: ItemId
    version: Name
    user_text: Text
    assistant_text: Text
    expert_labels: Annotated[list[ExpertLabels], Meta(min_length=2, max_length=MAX_FEW)]
    created_at: Timestamp
    context_turns: Annotated[list[Text], Meta(max_length=MAX_MANY)] = []
    notes: Text | None = None


class CanaryDetail(Struct, frozen=True):
    """How far the judge was from the experts on one item, in points."""

    item_id: Annotated[ItemId, Meta(description="The golden set's item.")]
    expert_score: Annotated[Points, Meta(description="Mean score of the experts, 0-10.")]
    judge_score: Annotated[Points, Meta(description="Score of the judge, 0-10.")]
    deviation: Annotated[Points, Meta(description="Distance of the two, in points.")]


class CanaryResult(Struct, frozen=True):
    """Result of a weekly canary, one line of JSON: `calibration/results/YYYY-MM-DD.json`."""

    date: Annotated[Name, Meta(description="Day of the canary, YYYY-MM-DD.")]
    judge_model: Annotated[Name, Meta(description="The judge under test.")]
    golden_set_version: Annotated[
        str, Meta(pattern=GOLDEN_SET_PATTERN, max_length=MAX_NAME, description="The golden set used.")
    ]
    items_tested: Annotated[Count, Meta(description="Items scored.")]
    avg_deviation: Annotated[Share, Meta(description="Mean deviation as a fraction, 0-1.")]
    max_deviation: Annotated[Share, Meta(description="Greatest deviation as a fraction, 0-1.")]
    alert_threshold: Annotated[Share, Meta(description="Fraction above which the alert fires.")]
    alert_triggered: Annotated[bool, Meta(description="Whether max_deviation exceeds alert_threshold.")]
    details: Annotated[
        list[CanaryDetail], Meta(max_length=MAX_ITEMS, description="Deviation of each item, in points.")
    ] = []

    def __post_init__(self) -> None:
        """Raise ValueError, which msgspec reports as a ValidationError, unless the date is in the calendar."""
        parse_date(self.date)
