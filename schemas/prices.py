"""List prices of AWS in us-east-1, in dollars, and the permanent free tiers of an account, as they were in `AS_OF`.

A permanent free tier does not end after an account's first year. S3, Athena, DynamoDB's requests on demand and its
point-in-time recovery have none.
"""

from dataclasses import dataclass
from typing import Final

AS_OF: Final = "November 2025"


@dataclass(frozen=True)
class Price:
    """Dollars for `per` units, of which `free` a month cost nothing.

    `unit` names one unit; `source` is the page below https://aws.amazon.com/ that says both.
    """

    dollars: float
    per: int
    unit: str
    source: str
    free: float = 0

    def of(self, quantity: float) -> float:
        """Return the dollars that a quantity costs by list price."""
        return quantity * self.dollars / self.per

    def __str__(self) -> str:
        """Return it as price lists have it."""
        amount = f"{self.dollars:.10f}".rstrip("0")
        shown = f"${self.dollars:.2f}" if len(amount) < len("0.000") else f"${amount}"
        return f"{shown} / {self.per:,} {self.unit}" if self.per > 1 else f"{shown} / {self.unit}"


S3_STANDARD: Final = Price(0.023, 1, "GB", "s3/pricing/")
S3_PUT_LIST: Final = Price(0.005, 1_000, "PUT or LIST", "s3/pricing/")
S3_GET: Final = Price(0.0004, 1_000, "GET", "s3/pricing/")
S3_TIME_CONTROL: Final = Price(0.015, 1, "GB", "s3/pricing/")
TRANSFER_TO_OREGON: Final = Price(0.02, 1, "GB", "s3/pricing/")
ATHENA_SCAN: Final = Price(5.0, 1_000, "GB", "athena/pricing/")
ATHENA_LEAST_GB: Final = 0.01
"""What a query scans at least, as Athena counts it."""
LAMBDA_ARM: Final = Price(0.0000133334, 1, "GB-second", "lambda/pricing/", free=400_000)
LAMBDA_STORAGE: Final = Price(0.0000000309, 1, "GB-second", "lambda/pricing/")
LAMBDA_REQUEST: Final = Price(0.20, 1_000_000, "requests", "lambda/pricing/", free=1_000_000)
STATE_TRANSITION: Final = Price(0.025, 1_000, "transitions", "step-functions/pricing/", free=4_000)
DYNAMODB_WRITE: Final = Price(0.625, 1_000_000, "write units", "dynamodb/pricing/on-demand/")
DYNAMODB_READ: Final = Price(0.125, 1_000_000, "read units", "dynamodb/pricing/on-demand/")
DYNAMODB_STORAGE: Final = Price(0.25, 1, "GB", "dynamodb/pricing/on-demand/", free=25)
DYNAMODB_RECOVERY: Final = Price(0.20, 1, "GB", "dynamodb/pricing/on-demand/")
METRIC: Final = Price(0.30, 1, "metric", "cloudwatch/pricing/", free=10)
ALARM: Final = Price(0.10, 1, "alarm's metric", "cloudwatch/pricing/", free=10)
DASHBOARD: Final = Price(3.0, 1, "dashboard", "cloudwatch/pricing/", free=3)
DASHBOARD_FREE_METRICS: Final = 50
"""A dashboard of more metrics is not one of the free ones."""
LOGS_IN: Final = Price(0.50, 1, "GB", "cloudwatch/pricing/", free=5)
SCHEDULER: Final = Price(1.0, 1_000_000, "invocations", "eventbridge/pricing/", free=14_000_000)
SNS_MAIL: Final = Price(2.0, 100_000, "mails", "sns/pricing/", free=1_000)
SQS_REQUEST: Final = Price(0.40, 1_000_000, "requests", "sqs/pricing/", free=1_000_000)
QUICKSIGHT_AUTHOR: Final = Price(24.0, 1, "author", "quicksight/pricing/")
QUICKSIGHT_READER: Final = Price(3.0, 1, "reader", "quicksight/pricing/")
QUICKSIGHT_SPICE: Final = Price(0.38, 1, "GB", "quicksight/pricing/")
SPICE_GB_AN_AUTHOR: Final = 10
"""What an author pays for already."""
