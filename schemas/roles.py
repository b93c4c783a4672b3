"""Who uses the lake."""

from enum import StrEnum


class Role(StrEnum):
    """Who uses the lake; the value ends the name of the IAM role for it."""

    RUNNER = "Runner"
    JUDGE = "Judge"
    PUBLISHER = "Publisher"
    ANALYST = "Analyst"
    OPERATOR = "Operator"
    BREAK_GLASS = "BreakGlass"

    @property
    def output(self) -> str:
        """The key of the CloudFormation output that tells the role's ARN."""
        return f"{self}RoleArn"
