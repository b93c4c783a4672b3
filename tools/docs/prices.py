"""List prices of AWS in us-east-1, in dollars, without free tiers or discounts, as they were in `AS_OF`."""

from dataclasses import dataclass
from typing import Final

AS_OF: Final = "November 2025"


@dataclass(frozen=True)
class Price:
    """Dollars for `per` units; `unit` names one, and `service` is the page below https://aws.amazon.com/."""

    dollars: float
    per: int
    unit: str
    service: str

    def of(self, quantity: float) -> float:
        """Return the dollars that a quantity costs."""
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
LAMBDA_ARM: Final = Price(0.0000133334, 1, "GB-second", "lambda/pricing/")
LAMBDA_STORAGE: Final = Price(0.0000000309, 1, "GB-second", "lambda/pricing/")
LAMBDA_REQUEST: Final = Price(0.20, 1_000_000, "requests", "lambda/pricing/")
DYNAMODB_WRITE: Final = Price(0.625, 1_000_000, "write units", "dynamodb/pricing/on-demand/")
DYNAMODB_READ: Final = Price(0.125, 1_000_000, "read units", "dynamodb/pricing/on-demand/")
DYNAMODB_STORAGE: Final = Price(0.25, 1, "GB", "dynamodb/pricing/on-demand/")
DYNAMODB_RECOVERY: Final = Price(0.20, 1, "GB", "dynamodb/pricing/on-demand/")
METRIC: Final = Price(0.30, 1, "metric", "cloudwatch/pricing/")
ALARM: Final = Price(0.10, 1, "alarm's metric", "cloudwatch/pricing/")
DASHBOARD: Final = Price(3.0, 1, "dashboard", "cloudwatch/pricing/")
LOGS_IN: Final = Price(0.50, 1, "GB", "cloudwatch/pricing/")
SCHEDULER: Final = Price(1.0, 1_000_000, "invocations", "eventbridge/pricing/")
SNS_MAIL: Final = Price(2.0, 100_000, "mails", "sns/pricing/")

# Types that cost nothing by themselves: what they do is reckoned where it is done.
FREE_TYPES: Final = frozenset(
    {
        "AWS::Athena::NamedQuery",
        "AWS::Athena::WorkGroup",
        "AWS::CDK::Metadata",
        "AWS::Glue::Database",  # Glue counts objects and requests by the million, and the first is free
        "AWS::Glue::Table",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Lambda::Permission",
        "AWS::S3::BucketPolicy",
        "AWS::SNS::Subscription",
        "AWS::SNS::TopicPolicy",
        "AWS::SQS::Queue",  # of dead letters: empty, but for a few requests
        "AWS::SQS::QueuePolicy",
    }
)
