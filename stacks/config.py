"""What a deployment may choose, read from the CDK context and checked before anything is built."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from difflib import get_close_matches
from typing import Final, Self, TypeVar

from schemas.choices import DEFAULTS, TRUST_KEYS
from schemas.keys.layout import COMPARED_PREFIXES, REPLICATED_PREFIXES, RUN_PREFIXES
from schemas.keys.projection import Projection
from schemas.keys.weeks import DATE_EXPECTED, WEEK_EXPECTED, Week, parse_date
from schemas.names import PRIMARY_REGION, REPLICA_REGION, STAGE_EXPECTED, Names
from schemas.roles import Role
from stacks.constructs.bundle import Target
from stacks.policies.principal import EXPECTED as PRINCIPAL_EXPECTED, account_of
from stacks.policies.trust import ACCOUNT, EXPECTED as TRUST_EXPECTED, Trust

_T = TypeVar("_T")
_TARGETS: Final = ", ".join(target.value for target in Target)

_BOOLEANS: Final = {"true": True, "false": False}
_BOOLEAN_EXPECTED: Final = "one of true, false, as text"
_MAX_SCAN_GB: Final = 1_000_000
# What SNS sends to is confirmed by its reader, so this need only refuse what is no single address.
_EMAIL: Final = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+\.[^\s@,;<>\".]+")
_EMAIL_EXPECTED: Final = "nothing, or one e-mail address"
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
_POLICY: Final = re.compile(r"[\w+=,.@-]{1,128}", re.ASCII)
_POLICY_EXPECTED: Final = "nothing, or the name of a managed policy in the account"
_ACCOUNT_EXPECTED: Final = "nothing, or the 12 digits of an account"
# Step Functions runs up to 10,000 children side by side; an account's functions have 1,000 unless it asks for more.
_MAX_CONCURRENCY: Final = 1_000
_CONCURRENCY_EXPECTED: Final = f"a whole number from 1 to {_MAX_CONCURRENCY}, as text"
_SCAN_EXPECTED: Final = f"a whole number of GB from 1 to {_MAX_SCAN_GB}, as text"


class ContextError(ValueError):
    """A context key or value that is not accepted; the message is one line that says what is."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """One deployment's choices; each field is the context key of that name, but for two.

    `names` is `stage`, and `trust` says who may assume a role: its values are `trust_runner`, `trust_break_glass`
    and so on.

    `first_dt` and `first_week` begin the ranges that Athena projects. Data before them is invisible there,
    and the index flags it. Without a `first_week` it is the week of `first_dt`. Athena cancels a query that
    has scanned more than `scan_cutoff_gb`, in units of 10⁹ bytes. Of a week of several parts
    `curation_concurrency` are curated side by side. Alarms are sent to `alert_email`, where it is not
    empty. With `replicate_raw` the replica has raw/ and scores/ as well. With `recovery` the lake runs in the
    replica's Region, on the bucket that is there. `permissions_boundary` is the name of the managed policy that
    bounds every role, empty for none. With an `account` the toolkit deploys to no other. A `quicksight_principal`,
    the ARN of a user or group, sees the dashboard, of which there is none where it is empty.
    """

    names: Names
    first_dt: date
    first_week: Week
    scan_cutoff_gb: int
    curation_concurrency: int
    alert_email: str
    bundling: Target
    trust: Mapping[Role, Trust]
    replicate_raw: bool
    recovery: bool
    permissions_boundary: str
    account: str
    quicksight_principal: str

    @property
    def region(self) -> str:
        """The Region that index and catalog are in."""
        return REPLICA_REGION if self.recovery else PRIMARY_REGION

    def bucket(self, account: str) -> str:
        """Return the name of the bucket that they read; `account` is an account id or a token for one."""
        return self.names.replica_bucket(account) if self.recovery else self.names.bucket(account)

    @property
    def replicated_prefixes(self) -> tuple[str, ...]:
        """What S3 copies to the other Region."""
        return (*REPLICATED_PREFIXES, *(RUN_PREFIXES if self.replicate_raw else ()))

    @property
    def timed_prefixes(self) -> tuple[str, ...]:
        """Those of them that replication alone brings to the other Region, so that its delay matters."""
        return tuple(prefix for prefix in self.replicated_prefixes if prefix not in COMPARED_PREFIXES)

    @property
    def projection(self) -> Projection:
        """The days and weeks that Athena sees."""
        return Projection(self.first_dt, self.first_week)

    @classmethod
    def from_context(cls, context: Mapping[str, object]) -> Self:
        """Return the choices of a CDK context; raise `ContextError` for the first that is not accepted."""
        _refuse_unknown(context)
        given = {**DEFAULTS, **context}
        first_dt = _read(given, "first_dt", parse=_projected_day, expected=DATE_EXPECTED)
        weeks = {"first_week": str(Week.of(first_dt)), **given}
        account = _read(given, "account", parse=_account, expected=_ACCOUNT_EXPECTED)

        def projected_week(text: str) -> Week:
            return Projection(first_dt, Week.parse(text)).first_week

        return cls(
            names=_read(given, "stage", parse=Names, expected=STAGE_EXPECTED),
            first_dt=first_dt,
            first_week=_read(weeks, "first_week", parse=projected_week, expected=WEEK_EXPECTED),
            scan_cutoff_gb=_read(given, "scan_cutoff_gb", parse=_up_to(_MAX_SCAN_GB), expected=_SCAN_EXPECTED),
            curation_concurrency=_read(
                given, "curation_concurrency", parse=_up_to(_MAX_CONCURRENCY), expected=_CONCURRENCY_EXPECTED
            ),
            alert_email=_read(given, "alert_email", parse=_address, expected=_EMAIL_EXPECTED),
            bundling=_read(given, "bundling", parse=Target, expected=f"one of {_TARGETS}"),
            replicate_raw=_read(given, "replicate_raw", parse=_boolean, expected=_BOOLEAN_EXPECTED),
            recovery=_read(given, "recovery", parse=_boolean, expected=_BOOLEAN_EXPECTED),
            permissions_boundary=_read(given, "permissions_boundary", parse=_policy, expected=_POLICY_EXPECTED),
            account=account,
            quicksight_principal=_read(
                given,
                "quicksight_principal",
                parse=_principal_in(account),
                expected=PRINCIPAL_EXPECTED + (f", of account {account}" if account else ""),
            ),
            trust={
                role: _read(given, key, parse=Trust.parse, expected=TRUST_EXPECTED)
                for role, key in TRUST_KEYS.items()
            },
        )


def _projected_day(text: str) -> date:
    day = parse_date(text)
    # Refuses a day whose own week begins too late for the projected weeks, rather than blame first_week.
    Projection(day, Week.of(day))
    return day


def _address(text: str) -> str:
    if text and not _EMAIL.fullmatch(text):
        raise ValueError(text)
    return text


def _policy(text: str) -> str:
    if text and not _POLICY.fullmatch(text):
        raise ValueError(text)
    return text


def _account(text: str) -> str:
    if text and not ACCOUNT.fullmatch(text):
        raise ValueError(text)
    return text


def _principal_in(account: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text and account not in ("", account_of(text)):
            raise ValueError(text)
        return text

    return parse


def _up_to(most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        # int() alone would take signs, spaces, underscores and other scripts' digits too.
        if not re.fullmatch(r"[1-9][0-9]{0,6}", text) or int(text) > most:
            raise ValueError(text)
        return int(text)

    return parse


def _boolean(text: str) -> bool:
    if text not in _BOOLEANS:
        raise ValueError(text)
    return _BOOLEANS[text]


def _refuse_unknown(context: Mapping[str, object]) -> None:
    """Raise `ContextError` for a key that can only be a misspelt one of ours.

    Ours are plain identifiers. The toolkit's (`@aws-cdk/…`, `aws:cdk:…`, `cli-telemetry`) are not, so they
    pass unless they resemble ours as `first-dt` does.
    """
    named = (field.name for field in fields(Config) if field.name not in {"names", "trust"})
    accepted = ["stage", *named, *TRUST_KEYS.values()]
    for key in context:
        similar = get_close_matches(key.lower(), accepted, n=1, cutoff=0.75)
        if key not in accepted and (key.isidentifier() or similar):
            hint = f" (did you mean {similar[0]}?)" if similar else ""
            raise ContextError(f"context {key}={context[key]!r}: expected one of {', '.join(accepted)}{hint}")


def _read(context: Mapping[str, object], key: str, *, parse: Callable[[str], _T], expected: str) -> _T:
    value = context[key]
    if isinstance(value, str):
        try:
            return parse(value)
        except ValueError:
            pass
    raise ContextError(f"context {key}={value!r}: expected {expected}")
