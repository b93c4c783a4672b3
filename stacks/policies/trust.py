"""Who may assume a role: principals of IAM, parsed from a context value."""

import re
from dataclasses import dataclass
from typing import Final, Self

from aws_cdk import aws_iam as iam

EXPECTED: Final = (
    "nothing, or account ids and ARNs of accounts, users and roles, joined by ','; a '*' may stand in a name"
)

ACCOUNT: Final = re.compile(r"[0-9]{12}")
# No ',' though IAM takes it in names: it separates here.
_PRINCIPAL: Final = re.compile(r"arn:aws:iam::([0-9]{12}):(root|(?:user|role)/[A-Za-z0-9_+=.@/*-]+)")

# How one shows the device: `aws sts assume-role --serial-number … --token-code …`.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
_MFA: Final = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


class TrustError(ValueError):
    """A principal that no trust policy could name; the message says which."""


@dataclass(frozen=True)
class Trust:
    """The ARNs of trusted principals, in order and each once; none means those of the role's own account.

    Principals that are trusted as part of an account need a policy there that lets them assume the role, too.
    """

    arns: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the trust that a context value describes; raise `TrustError` for the first bad principal."""
        given = (part.strip() for part in text.split(",")) if text.strip() else ()
        return cls(tuple(sorted({_arn(principal) for principal in given})))

    def principal(self, *, mfa: bool = False) -> iam.IPrincipal:
        """Return whom a role's trust policy names; with `mfa` only those who showed a second factor.

        IAM takes no '*' within a principal, so that a pattern is a condition on its whole account.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
        """
        conditions = dict(_MFA) if mfa else {}
        if not self.arns:
            return iam.AccountRootPrincipal().with_conditions(conditions)
        named = [iam.ArnPrincipal(arn).with_conditions(conditions) for arn in self.arns if "*" not in arn]
        patterns: dict[str, list[str]] = {}
        for arn in self.arns:
            if "*" in arn:
                patterns.setdefault(arn.split(":")[4], []).append(arn)
        described = [
            iam.ArnPrincipal(f"arn:aws:iam::{account}:root").with_conditions(
                {**conditions, "ArnLike": {"aws:PrincipalArn": arns}}
            )
            for account, arns in patterns.items()
        ]
        return iam.CompositePrincipal(*named, *described)


def _arn(principal: str) -> str:
    if ACCOUNT.fullmatch(principal):
        return f"arn:aws:iam::{principal}:root"
    if not _PRINCIPAL.fullmatch(principal):
        raise TrustError(f"{principal!r}: expected {EXPECTED}")
    return principal
