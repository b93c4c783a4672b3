"""The roles that people and programs assume to use the lake."""

from enum import StrEnum


class Role(StrEnum):
    """A kind of user; the value ends the name of its IAM role."""

    RUNNER = "Runner"
    JUDGE = "Judge"
    PUBLISHER = "Publisher"
    ANALYST = "Analyst"
    OPERATOR = "Operator"
    ERASER = "Eraser"
    BREAK_GLASS = "BreakGlass"

    @property
    def output(self) -> str:
        """The key of the CloudFormation output that holds the role's ARN."""
        return f"{self}RoleArn"

    @property
    def needs_second_factor(self) -> bool:
        """Whether it is given only to those who showed one, since what it deletes is gone for good."""
        return self in (Role.ERASER, Role.BREAK_GLASS)
