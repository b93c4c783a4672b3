"""The probes change nothing where nothing refuses them, and tell who refused."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from ops.registry.publish.publishing import Publisher
from ops.registry.store import Store
from ops.registry.verify.probes import Answer, probe
from schemas.registry.documents import load_documents
from schemas.registry.models_file import MODELS_FILE
from tests.ops.registry.publish.test_publishing import contents


@pytest.fixture
def rubric(primary: Store, replica: Store) -> str:
    """Publish the registry; moto's buckets have no policy."""
    publisher = Publisher(primary=primary, replica=replica, may_replace=lambda *_: False)
    keys = [publisher.publish(document).key for document in load_documents(MODELS_FILE.parent)]
    return next(key for key in keys if "rubric" in key)


def test_a_bucket_without_a_policy_lets_everything_through_and_is_not_changed(primary: Store, rubric: str) -> None:
    before = contents(primary)
    probes = [*probe(primary, artifact=rubric)]
    assert len(probes) == 8
    assert {each.region for each in probes} == {"us-east-1"}
    assert {each.answer for each in probes} == {Answer.LET_THROUGH}
    assert contents(primary) == before
    assert "Uploads" not in primary.s3.list_multipart_uploads(Bucket=primary.bucket)


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        ({"Code": "AccessDenied", "Message": "with an explicit deny in a resource-based policy"}, Answer.REFUSED),
        (
            {"Code": "AccessDenied", "Message": "because no identity-based policy allows the s3:PutObject action"},
            Answer.UNPROVEN,
        ),
        ({"Code": "InvalidArgument", "Message": "Invalid version id specified"}, Answer.UNPROVEN),
        ({"Code": "NoSuchVersion", "Message": ""}, Answer.LET_THROUGH),
    ],
)
def test_the_error_says_which_policy_refused(
    primary: Store, rubric: str, monkeypatch: pytest.MonkeyPatch, error: dict[str, str], answer: Answer
) -> None:
    def delete_object(**_: object) -> None:
        raise ClientError({"Error": {"Code": error["Code"], "Message": error["Message"]}}, "DeleteObject")

    monkeypatch.setattr(primary.s3, "delete_object", delete_object)
    assert {it.answer for it in probe(primary, artifact=rubric) if it.what.startswith("delete")} == {answer}


def test_a_caller_who_may_do_nothing_proves_nothing(
    primary: Store, rubric: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject")

    for request in ("put_object", "delete_object", "create_multipart_upload"):
        monkeypatch.setattr(primary.s3, request, denied)
    assert {it.answer for it in probe(primary, artifact=rubric)} == {Answer.UNPROVEN}


def test_refused_upload_in_parts_counts_although_its_parts_cannot_be_removed(
    primary: Store, rubric: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denying(message: str) -> Callable[..., None]:
        def denied(**_: object) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, "CompleteMultipartUpload")

        return denied

    monkeypatch.setattr(primary.s3, "complete_multipart_upload", denying("with an explicit deny"))
    monkeypatch.setattr(primary.s3, "abort_multipart_upload", denying("no identity-based policy allows it"))
    (parts,) = (it for it in probe(primary, artifact=rubric) if "in parts" in it.what)
    assert parts.answer is Answer.REFUSED
