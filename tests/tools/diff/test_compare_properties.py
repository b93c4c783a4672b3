"""What holds for any two templates, real or not."""

from hypothesis import given, settings, strategies as st

from tests.tools.diff.mutation import Templates, kinds, lake
from tools.diff.compare import compare
from tools.templates.model import canonical

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["Enabled", "Retain", "Delete", "*", "${A.Arn}", "Allow", "Deny", "a|b`c\n"]),
    st.text(max_size=5),
)
KEYS = st.sampled_from(
    [
        "Id",
        "Prefix",
        "Status",
        "Statement",
        "Effect",
        "Action",
        "NotAction",
        "Principal",
        "Resource",
        "Condition",
        "StringEquals",
        "Rules",
        "Transitions",
        "ExpirationInDays",
        "Destination",
        "Role",
        "Roles",
        "Target",
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
PROPERTIES = st.dictionaries(
    st.one_of(
        KEYS,
        st.sampled_from(
            [
                "BucketName",
                "KeySchema",
                "LifecycleConfiguration",
                "ReplicationConfiguration",
                "PolicyDocument",
                "Policies",
                "AssumeRolePolicyDocument",
                "ManagedPolicyArns",
                "TimeToLiveSpecification",
                "BucketEncryption",
                "RetentionInDays",
                "TableInput",
            ]
        ),
    ),
    VALUES,
    max_size=4,
)
TYPES = st.sampled_from(
    [
        "AWS::S3::Bucket",
        "AWS::S3::BucketPolicy",
        "AWS::DynamoDB::Table",
        "AWS::SQS::Queue",
        "AWS::Logs::LogGroup",
        "AWS::IAM::Role",
        "AWS::IAM::Policy",
        "AWS::Lambda::Permission",
        "AWS::Scheduler::Schedule",
        "Custom::X",
        "",
    ]
)
RESOURCES = st.fixed_dictionaries(
    {"Type": TYPES}, optional={"Properties": st.one_of(PROPERTIES, VALUES), "DeletionPolicy": SCALARS}
)
TEMPLATES = st.dictionaries(
    st.sampled_from(["S", "T"]),
    st.fixed_dictionaries(
        {"Resources": st.dictionaries(st.sampled_from(["A", "B", "C"]), RESOURCES, max_size=3)},
        optional={"Outputs": VALUES},
    ),
    min_size=1,
)


@settings(deadline=None)
@given(TEMPLATES, TEMPLATES)
def test_any_two_templates_are_compared_and_only_equal_ones_differ_in_nothing(
    before: Templates, after: Templates
) -> None:
    found = compare(lake(before), lake(after), kinds())
    assert bool(found) is (canonical(before) != canonical(after))
    assert found == [*dict.fromkeys(found)]


@settings(deadline=None)
@given(TEMPLATES)
def test_any_template_equals_itself(template: Templates) -> None:
    assert compare(lake(template), lake(template), kinds()) == []
