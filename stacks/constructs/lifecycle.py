"""Lifecycle rules: when objects are archived and when they expire; config/, manifests/ and calibration/ never do.

`Expiration` on a versioned bucket only adds a delete marker, so what is replaced or expired goes by the rules
for noncurrent versions: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from typing import Final

from aws_cdk import Duration, aws_s3 as s3

from schemas.keys.layout import (
    CURATED_PREFIX,
    EXPORTS_PREFIX,
    QUERY_RESULTS_PREFIX,
    RAW_PREFIX,
    REPORTS_PREFIX,
    SCORES_PREFIX,
)
from schemas.retention import NONCURRENT_EXPORTS_DAYS, QUERY_RESULTS_DAYS

# These two are the layout document's, word for word. They skip objects under 128 KB, and a filter on the
# size would exempt small summaries from expiring as well.
_LAYOUT_RULES: Final = (
    s3.LifecycleRule(
        id="ArchiveRawTurns",
        prefix=RAW_PREFIX,
        transitions=[s3.Transition(storage_class=s3.StorageClass.DEEP_ARCHIVE, transition_after=Duration.days(365))],
    ),
    s3.LifecycleRule(
        id="ArchiveScores",
        prefix=SCORES_PREFIX,
        transitions=[s3.Transition(storage_class=s3.StorageClass.GLACIER, transition_after=Duration.days(180))],
        expiration=Duration.days(365),
    ),
)

LIFECYCLE_RULES: Final = (
    *_LAYOUT_RULES,
    # Longer than any queue keeps an event, so that a redriven one still finds its version.
    s3.LifecycleRule(
        id="ExpireNoncurrentRaw",
        prefix=RAW_PREFIX,
        noncurrent_version_expiration=Duration.days(30),
        expired_object_delete_marker=True,
    ),
    # ArchiveScores expires by days, which removes lone delete markers too; S3 refuses to have both.
    s3.LifecycleRule(
        id="ExpireNoncurrentScores", prefix=SCORES_PREFIX, noncurrent_version_expiration=Duration.days(30)
    ),
    # A week is curated again from raw/; older versions are there for queries in flight and a first look back.
    s3.LifecycleRule(
        id="ExpireNoncurrentCurated",
        prefix=CURATED_PREFIX,
        noncurrent_version_expiration=Duration.days(7),
        expired_object_delete_marker=True,
    ),
    s3.LifecycleRule(
        id="ExpireNoncurrentExports",
        prefix=EXPORTS_PREFIX,
        noncurrent_version_expiration=Duration.days(NONCURRENT_EXPORTS_DAYS),
        expired_object_delete_marker=True,
    ),
    # A page can be made again, though not as it was once its week has changed.
    s3.LifecycleRule(
        id="ExpireNoncurrentReports",
        prefix=REPORTS_PREFIX,
        noncurrent_version_expiration=Duration.days(30),
        expired_object_delete_marker=True,
    ),
    # A client reads a result at once; `ops export` keeps an answer.
    s3.LifecycleRule(
        id="ExpireQueryResults",
        prefix=QUERY_RESULTS_PREFIX,
        expiration=Duration.days(QUERY_RESULTS_DAYS),
        noncurrent_version_expiration=Duration.days(1),
    ),
)
