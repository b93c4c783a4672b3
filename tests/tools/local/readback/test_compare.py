import pytest

from tools.local.readback import compare, registry, stacks
from tools.local.readback.compare import ABSENT, differing


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (True, "true"),
        (15, "15"),
        ({"Days": 15}, {"Days": "15"}),
        ([{"Key": "a"}, {"Key": "b"}], [{"Key": "b"}, {"Key": "a"}]),
        ({"Action": ["s3:Get", "s3:Put"]}, {"Action": ["s3:Put", "s3:Get"]}),
    ],
)
def test_values_that_cloudformation_treats_as_equal_are_equal(expected: object, actual: object) -> None:
    assert differing(expected, actual) == []


@pytest.mark.parametrize(
    ("expected", "actual", "path"),
    [
        ({"Rules": [{"Id": "a"}]}, {"Rules": []}, "Rules"),
        ({"A": {"B": 1}}, {"A": {"B": 2}}, "A.B"),
        ({"A": {"B": 1}}, {"A": {}}, "A.B"),
        ({"A": {}}, {"A": {"B": 1}}, "A.B"),
        ({"A": 1}, {}, "A"),
    ],
)
def test_a_difference_is_reported_under_its_path(expected: object, actual: object, path: str) -> None:
    assert [found[0] for found in differing(expected, actual)] == [path]


def test_the_order_of_a_list_counts_where_it_means_something() -> None:
    one, other = {"A": [{"B": [1, 2]}]}, {"A": [{"B": [2, 1]}]}
    assert differing(one, other) == []
    assert differing(one, other, ordered=True) == [("A", [{"B": [1, 2]}], [{"B": [2, 1]}])]
    assert differing(one, {"A": [{"B": ["1", "2"]}]}, ordered=True) == []


def test_columns_of_a_table_in_another_order_are_a_difference() -> None:
    expected = {"TableInput": {"PartitionKeys": [{"Name": "dt"}, {"Name": "model"}]}}
    reported = {"TableInput": {"PartitionKeys": [{"Name": "model"}, {"Name": "dt"}]}}
    ((path, _, _),) = stacks.property_differences("AWS::Glue::Table", expected, reported)
    assert path == "TableInput.PartitionKeys"
    assert list(stacks.property_differences("AWS::S3::Bucket", expected, reported)) == []


def test_an_absent_side_says_so() -> None:
    assert differing({"A": 1}, {}) == [("A", 1, ABSENT)]
    assert repr(ABSENT) == "absent"


def test_a_difference_reads_as_one_line() -> None:
    difference = compare.Difference("Stack", "Bucket", "AWS::S3::Bucket", "Tags", "a", ABSENT)
    assert str(difference) == "Stack.Bucket.Tags (AWS::S3::Bucket): expected 'a', got absent"


def test_a_property_that_no_reader_reports_is_a_difference() -> None:
    found = list(stacks.property_differences("AWS::S3::Bucket", {"AccelerateConfiguration": {"A": 1}}, {}))
    assert found == [("AccelerateConfiguration", {"A": 1}, ABSENT)]


def test_a_property_with_a_stated_reason_is_left_out() -> None:
    assert list(stacks.property_differences("AWS::Lambda::Function", {"Code": {"S3Key": "x"}}, {})) == []


def test_defaults_that_a_service_reports_beside_the_template_are_ignored() -> None:
    assert list(stacks.property_differences("AWS::SQS::Queue", {}, {"DelaySeconds": "0"})) == []


def test_tags_that_cloudformation_adds_are_ignored() -> None:
    own = {"Key": "project", "Value": "x"}
    reported = {"Tags": [own, {"Key": "aws:cloudformation:stack-name", "Value": "s"}]}
    assert list(stacks.property_differences("AWS::IAM::Role", {"Tags": [own]}, reported)) == []


def test_every_reason_is_a_sentence() -> None:
    reasons = [*registry.UNREPORTED_TYPES.values(), *registry.UNREPORTED_PROPERTIES.values()]
    assert all(len(reason.split()) > 3 for reason in reasons)
