"""Context values: what is accepted, and the one line that everything else gets."""

from datetime import date

import pytest

from schemas.choices import DEFAULTS, chosen
from schemas.keys.projection import Projection
from schemas.keys.weeks import Week
from schemas.names import Names
from schemas.roles import Role
from stacks.config import Config, ContextError
from stacks.constructs.bundle import Target
from stacks.policies.trust import EXPECTED as TRUST, Trust
from tests.stacks.synthesis import committed_context, project_context, without_choices

DEFAULT = Config(
    names=Names(),
    first_dt=date(2025, 1, 1),
    first_week=Week(2025, 1),
    scan_cutoff_gb=100,
    curation_concurrency=4,
    alert_email="",
    bundling=Target.AWS,
    replicate_raw=False,
    recovery=False,
    permissions_boundary="",
    account="",
    quicksight_principal="",
    trust=dict.fromkeys(Role, Trust()),
)


def test_empty_context_gives_the_defaults() -> None:
    assert Config.from_context({}) == DEFAULT


def test_cdk_json_states_every_choice_that_has_a_default() -> None:
    context = committed_context()
    assert DEFAULTS.keys() <= context.keys()
    Config.from_context(context)


def test_tests_do_not_depend_on_what_this_deployment_chose() -> None:
    context = {"flag": True, "first_week": "2025-W10", "alert_email": "on-call@example.com", "stage": "prod"}
    assert without_choices(context) == {"flag": True, **DEFAULTS}
    assert chosen({**context, "scan_cutoff_gb": "100"}) == {
        "stage": "prod",
        "alert_email": "on-call@example.com",
        "first_week": "2025-W10",
    }
    assert Config.from_context(project_context()) == DEFAULT


def test_each_value_is_read() -> None:
    context = {
        "stage": "dev2",
        "first_dt": "2025-06-01",
        "first_week": "2020-W53",
        "scan_cutoff_gb": "1000000",
        "curation_concurrency": "1000",
        "alert_email": "on-call+lake@alerts.example.com",
        "bundling": "host",
        "replicate_raw": "true",
        "recovery": "true",
        "permissions_boundary": "Boundary",
        "account": "111122223333",
        "quicksight_principal": "arn:aws:quicksight:eu-central-1:111122223333:user/default/Author/ada@example.com",
        "trust_break_glass": "111122223333",
    }
    config = Config.from_context(context)
    assert config == Config(
        names=Names("dev2"),
        first_dt=date(2025, 6, 1),
        first_week=Week(2020, 53),
        scan_cutoff_gb=1_000_000,
        curation_concurrency=1_000,
        alert_email="on-call+lake@alerts.example.com",
        bundling=Target.HOST,
        replicate_raw=True,
        recovery=True,
        permissions_boundary="Boundary",
        account="111122223333",
        quicksight_principal="arn:aws:quicksight:eu-central-1:111122223333:user/default/Author/ada@example.com",
        trust={**dict.fromkeys(Role, Trust()), Role.BREAK_GLASS: Trust(("arn:aws:iam::111122223333:root",))},
    )
    assert config.projection == Projection(date(2025, 6, 1), Week(2020, 53))


def test_a_recovery_is_in_the_replicas_region_on_the_replicas_bucket() -> None:
    assert (DEFAULT.region, DEFAULT.bucket("1")) == ("us-east-1", "socratic-bench-1")
    recovery = Config.from_context({"recovery": "true", "stage": "dev"})
    assert (recovery.region, recovery.bucket("1")) == ("us-west-2", "socratic-bench-1-dev-us-west-2")


@pytest.mark.parametrize(("first_dt", "first_week"), [("2025-12-29", Week(2026, 1)), ("2021-01-01", Week(2020, 53))])
def test_first_week_defaults_to_the_iso_week_of_first_dt(first_dt: str, first_week: Week) -> None:
    assert Config.from_context({"first_dt": first_dt}).first_week == first_week


STAGE = "nothing, or a lower-case letter and up to 9 lower-case letters or digits"
DATE = "a calendar date YYYY-MM-DD, such as 2025-11-05"
WEEK = "an ISO week YYYY-WNN that exists, such as 2025-W45"
SCAN = "a whole number of GB from 1 to 1000000, as text"
CONCURRENCY = "a whole number from 1 to 1000, as text"
EMAIL = "nothing, or one e-mail address"
TARGET = "one of aws, host"
POLICY = "nothing, or the name of a managed policy in the account"
BOOLEAN = "one of true, false, as text"
ACCOUNT = "nothing, or the 12 digits of an account"
PRINCIPAL = (
    "nothing, or the ARN of a QuickSight user or group, such as "
    "arn:aws:quicksight:us-east-1:<account>:group/default/<name>"
)
GROUP = "arn:aws:quicksight:us-east-1:111122223333:group/default/analysts"


@pytest.mark.parametrize(
    ("key", "value", "accepted"),
    [
        ("stage", "Dev", STAGE),
        ("stage", "1dev", STAGE),
        ("stage", "dev-1", STAGE),
        ("stage", "abcdefghijk", STAGE),
        ("stage", "dev\n", STAGE),
        ("stage", 7, STAGE),
        ("stage", None, STAGE),
        ("first_dt", "", DATE),
        ("first_dt", "2025-02-30", DATE),
        ("first_dt", "20250101", DATE),
        ("first_dt", 2025, DATE),
        ("first_dt", "9999-12-20", DATE),
        ("first_week", "", WEEK),
        ("first_week", "2025-W60", WEEK),
        ("first_week", "2025-W53", WEEK),
        ("first_week", "2025-45", WEEK),
        ("first_week", "9990-W01", WEEK),
        ("scan_cutoff_gb", "", SCAN),
        ("scan_cutoff_gb", "0", SCAN),
        ("scan_cutoff_gb", "-1", SCAN),
        ("scan_cutoff_gb", "+1", SCAN),
        ("scan_cutoff_gb", "0.5", SCAN),
        ("scan_cutoff_gb", "1_000", SCAN),
        ("scan_cutoff_gb", "1000001", SCAN),
        ("scan_cutoff_gb", "\u0661", SCAN),
        ("scan_cutoff_gb", "100\n", SCAN),
        ("scan_cutoff_gb", "100 GB", SCAN),
        ("scan_cutoff_gb", 100, SCAN),
        ("curation_concurrency", "0", CONCURRENCY),
        ("curation_concurrency", "1001", CONCURRENCY),
        ("curation_concurrency", 4, CONCURRENCY),
        ("alert_email", "on-call", EMAIL),
        ("alert_email", "on-call@", EMAIL),
        ("alert_email", "on-call@example", EMAIL),
        ("alert_email", "a@example.com,b@example.com", EMAIL),
        ("alert_email", "a@example.com b@example.com", EMAIL),
        ("alert_email", "On call <a@example.com>", EMAIL),
        ("alert_email", "a@example.com\n", EMAIL),
        ("alert_email", "a@b@example.com", EMAIL),
        ("alert_email", None, EMAIL),
        ("bundling", "docker", TARGET),
        ("bundling", "AWS", TARGET),
        ("bundling", ["aws"], TARGET),
        ("replicate_raw", "yes", BOOLEAN),
        ("replicate_raw", True, BOOLEAN),
        ("recovery", "", BOOLEAN),
        ("recovery", "True", BOOLEAN),
        ("permissions_boundary", "arn:aws:iam::111122223333:policy/Boundary", POLICY),
        ("permissions_boundary", "a b", POLICY),
        ("permissions_boundary", "a" * 129, POLICY),
        ("permissions_boundary", "a\n", POLICY),
        ("account", "11112222333", ACCOUNT),
        ("account", "1111-2222-3333", ACCOUNT),
        ("account", "111122223333\n", ACCOUNT),
        ("account", 111122223333, ACCOUNT),
        ("quicksight_principal", "analysts", PRINCIPAL),
        ("quicksight_principal", "arn:aws:iam::111122223333:role/Analyst", PRINCIPAL),
        ("quicksight_principal", GROUP.replace("group", "namespace"), PRINCIPAL),
        ("quicksight_principal", GROUP.replace("us-east-1", ""), PRINCIPAL),
        ("quicksight_principal", GROUP.removesuffix("analysts"), PRINCIPAL),
        ("quicksight_principal", f"{GROUP}\n", PRINCIPAL),
        ("quicksight_principal", [GROUP], PRINCIPAL),
        ("trust_runner", "*", TRUST),
        ("trust_operator", ["111122223333"], TRUST),
        ("trust_break_glass", "111122223333,\n", TRUST),
    ],
)
def test_bad_value_is_named_in_one_line_with_what_is_accepted(key: str, value: object, accepted: str) -> None:
    with pytest.raises(ContextError) as refused:
        Config.from_context({key: value})
    assert str(refused.value) == f"context {key}={value!r}: expected {accepted}"
    assert "\n" not in str(refused.value)


def test_a_principal_is_one_of_the_chosen_account() -> None:
    assert (
        Config.from_context({"account": "111122223333", "quicksight_principal": GROUP}).quicksight_principal == GROUP
    )
    assert Config.from_context({"quicksight_principal": GROUP}).quicksight_principal == GROUP
    with pytest.raises(ContextError) as refused:
        Config.from_context({"account": "444455556666", "quicksight_principal": GROUP})
    expected = f"{PRINCIPAL}, of account 444455556666"
    assert str(refused.value) == f"context quicksight_principal={GROUP!r}: expected {expected}"


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("stgae", " (did you mean stage?)"),
        ("first-dt", " (did you mean first_dt?)"),
        ("FIRST_WEEK", " (did you mean first_week?)"),
        ("scan_cutoff", " (did you mean scan_cutoff_gb?)"),
        ("names", ""),
        ("acount", " (did you mean account?)"),
        ("quicksight", ""),
        ("trust-analyst", " (did you mean trust_analyst?)"),
        ("trust_breakglass", " (did you mean trust_break_glass?)"),
    ],
)
def test_unknown_key_is_refused(key: str, hint: str) -> None:
    with pytest.raises(ContextError) as refused:
        Config.from_context({key: "x"})
    keys = "stage, first_dt, first_week, scan_cutoff_gb, curation_concurrency, alert_email, bundling, replicate_raw"
    keys += ", recovery, permissions_boundary, account, quicksight_principal"
    roles = (
        "trust_runner, trust_judge, trust_publisher, trust_analyst, trust_operator, trust_eraser, trust_break_glass"
    )
    expected = f"expected one of {keys}, {roles}{hint}"
    assert str(refused.value) == f"context {key}='x': {expected}"


@pytest.mark.parametrize(
    "key",
    [
        "@aws-cdk/core:checkSecretUsage",
        "aws:cdk:bundling-stacks",
        "aws-cdk:enableDiffNoFail",
        "availability-zones:account=123456789012:region=us-east-1",
        "cli-telemetry",
        "acknowledged-issue-numbers",
    ],
)
def test_keys_of_the_toolkit_pass(key: str) -> None:
    assert Config.from_context({key: True}) == DEFAULT
