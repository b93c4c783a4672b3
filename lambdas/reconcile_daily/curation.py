"""Whether weeks are curated, as far as their published files tell: completely, and how long ago."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from lake.s3_errors import is_absent
from schemas.curation import GENERATED_FROM
from schemas.keys.layout import week_marks
from schemas.keys.weeks import Week

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class PublishedWeeks:
    """The published files of weeks in one bucket."""

    client: "S3Client"
    bucket: str

    def is_complete(self, week: Week) -> bool:
        """Return whether summary, rejected lines and manifests of a week are there and of one generation."""
        generations = {self._generation(str(key)) for key in week_marks(week)}
        return len(generations) == 1 and None not in generations

    def _generation(self, key: str) -> str | None:
        try:
            head = self.client.head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if not is_absent(error):
                raise
            return None
        return head["Metadata"].get(GENERATED_FROM)


def whole_weeks(since: date, now: datetime) -> list[Week]:
    """Return the weeks from a day on that lie wholly between it and now."""
    first = Week.of(since - _DAY).shift(1)
    return [*first.until(Week.of(now.date()).shift(-1))]


def curation_age(complete: Mapping[Week, bool], *, since: date, now: datetime) -> float:
    """Return how many days ago the newest week ended that is complete; none since a day is as old as that day."""
    ended = [end_of(week) for week, is_complete in complete.items() if is_complete]
    return (now - max(ended, default=datetime.combine(since, time(), UTC))) / _DAY


def end_of(week: Week) -> datetime:
    """Return the moment at which a week is over."""
    return datetime.combine(week.days()[-1] + _DAY, time(), UTC)
