"""What must hold whatever the templates say: the layout's protections, and who may take on which role."""

from collections.abc import Callable, Iterator, Mapping

from schemas.keys.layout import (
    CALIBRATION_RESULTS_PREFIX,
    CURATED_PREFIX,
    ERASURES_PREFIX,
    MODELS_KEY,
    PREFIXES,
    QUERY_RESULTS_PREFIX,
    RUN_PREFIXES,
    WRITE_ONCE_PREFIXES,
)
from schemas.names import PRIMARY_REGION, Names
from schemas.roles import Role
from tests.contract.access import ACCOUNT, ADMINISTRATOR, OTHER_ACCOUNT, Access, Context, Holder
from tools.contract.engine import Request, Verdict

Expected = tuple[Request, Verdict]
ALLOWED, NOT_ALLOWED, DENIED = Verdict.ALLOWED, Verdict.NOT_ALLOWED, Verdict.DENIED

BUCKETS = (Names().bucket(ACCOUNT), Names().replica_bucket(ACCOUNT))
CREATES = {"s3:ObjectCreationOperation": "true"}
# A client as all of ours are: it creates an object unless there is one.
CREATES_ONCE = {**CREATES, "s3:if-none-match": "*"}

_ENCRYPTION = "s3:x-amz-server-side-encryption"
_PROTECTED = (*(f"{prefix}x" for prefix in WRITE_ONCE_PREFIXES), MODELS_KEY)
_DELETIONS = ("s3:DeleteObject", "s3:DeleteObjectVersion")


def _each(holder: Holder, access: Access, action: str, keys: tuple[str, ...], context: Context) -> Iterator[Request]:
    """Yield an action on objects of both buckets."""
    for bucket in BUCKETS:
        for key in keys:
            yield access.request(holder, action, f"arn:aws:s3:::{bucket}/{key}", context)


def _puts(access: Access, keys: tuple[str, ...], contexts: tuple[tuple[Context, Verdict], ...]) -> Iterator[Expected]:
    """Yield PUTs of somebody whom only the bucket's policy can stop."""
    for context, verdict in contexts:
        for request in _each(access.holders[ADMINISTRATOR], access, "s3:PutObject", keys, context):
            yield request, verdict


def _plain_http(access: Access) -> Iterator[Expected]:
    plain = {"aws:SecureTransport": "false"}
    keys = tuple(f"{prefix}x" for prefix in PREFIXES)
    for holder in (access.holders[ADMINISTRATOR], *map(access.role, Role)):
        for action in ("s3:GetObject", "s3:PutObject"):
            context = {**plain, **(CREATES_ONCE if action == "s3:PutObject" else {})}
            yield from ((request, DENIED) for request in _each(holder, access, action, keys, context))
        for bucket in BUCKETS:
            yield access.request(holder, "s3:ListBucket", f"arn:aws:s3:::{bucket}", plain), DENIED


def _encryption(access: Access) -> Iterator[Expected]:
    keys = tuple(f"{prefix}x" for prefix in PREFIXES)
    yield from _puts(
        access,
        keys,
        (
            (CREATES_ONCE, ALLOWED),
            ({**CREATES_ONCE, _ENCRYPTION: "AES256"}, ALLOWED),
            ({**CREATES_ONCE, _ENCRYPTION: "aws:kms"}, DENIED),
            ({**CREATES_ONCE, _ENCRYPTION: "aws:kms:dsse"}, DENIED),
        ),
    )


def _customer_keys(access: Access) -> Iterator[Expected]:
    keys = tuple(f"{prefix}x" for prefix in PREFIXES)
    yield from _puts(access, keys, (({**CREATES_ONCE, f"{_ENCRYPTION}-customer-algorithm": "AES256"}, DENIED),))


def _write_once(access: Access) -> Iterator[Expected]:
    yield from _puts(
        access,
        tuple(f"{prefix}x" for prefix in WRITE_ONCE_PREFIXES),
        (
            (CREATES_ONCE, ALLOWED),
            (CREATES, DENIED),
            ({**CREATES, "s3:if-match": "etag"}, DENIED),
            # A part of an upload, whose end carries the precondition.
            ({"s3:ObjectCreationOperation": "false"}, ALLOWED),
        ),
    )
    yield from _puts(access, tuple(f"{prefix}x" for prefix in RUN_PREFIXES), ((CREATES, ALLOWED),))


def _compare_and_set(access: Access) -> Iterator[Expected]:
    contexts = ((CREATES, DENIED), ({**CREATES, "s3:if-match": "etag"}, ALLOWED), (CREATES_ONCE, ALLOWED))
    yield from _puts(access, (MODELS_KEY,), contexts)


def _deletions(access: Access) -> Iterator[Expected]:
    for action in _DELETIONS:
        for role in Role:
            verdict = ALLOWED if role is Role.BREAK_GLASS else DENIED
            yield from ((it, verdict) for it in _each(access.role(role), access, action, _PROTECTED, {}))
        administrator = access.holders[ADMINISTRATOR]
        yield from ((it, DENIED) for it in _each(administrator, access, action, _PROTECTED, {}))


def _erasures(access: Access) -> Iterator[Expected]:
    """Somebody who may do anything in S3 deletes no version of a run, or of a week that was made of one."""
    keys = (*(f"{prefix}x" for prefix in RUN_PREFIXES), f"{CURATED_PREFIX}week=x", f"{CURATED_PREFIX}symlinks/x")
    action = "s3:DeleteObjectVersion"
    for role in Role:
        verdict = ALLOWED if role is Role.ERASER else DENIED
        yield from ((it, verdict) for it in _each(access.role(role), access, action, keys, {}))
    yield from ((it, DENIED) for it in _each(access.holders[ADMINISTRATOR], access, action, keys, {}))


def _assume(access: Access, role: Role, account: str, *, mfa: bool = True) -> Request:
    """Return how a user of an account, whose own policy lets him, asks for a role."""
    holder = access.role(role)
    return Request(
        principal=f"arn:aws:iam::{account}:user/somebody",
        action="sts:AssumeRole",
        resource=holder.arn,
        identity=access.holders[ADMINISTRATOR].policies,
        guard=access.trust(holder.name),
        context=frozenset({("aws:MultiFactorAuthPresent", "true")} if mfa else ()),
    )


def _accounts(access: Access) -> Iterator[Expected]:
    for role in Role:
        yield _assume(access, role, ACCOUNT), ALLOWED
        yield _assume(access, role, OTHER_ACCOUNT), NOT_ALLOWED


def _second_factor(access: Access) -> Iterator[Expected]:
    for role in (Role.ERASER, Role.BREAK_GLASS):
        yield _assume(access, role, ACCOUNT, mfa=False), NOT_ALLOWED


def _replication(access: Access) -> Iterator[Expected]:
    """S3 need not say for which account it copies: nothing documents that it does."""
    holder = access.holders[Names().replication_role]
    for service, verdict in (("s3.amazonaws.com", ALLOWED), ("lambda.amazonaws.com", NOT_ALLOWED)):
        yield (
            Request(
                principal=service,
                action="sts:AssumeRole",
                resource=holder.arn,
                guard=access.trust(holder.name),
            ),
            verdict,
        )


def _cleaned_up(access: Access) -> Iterator[Expected]:
    """`verify --policy` ends the upload in parts that it tries, wherever a publisher may write."""
    keys = tuple(key for key in _PROTECTED if not key.startswith(ERASURES_PREFIX))
    yield from (
        (it, ALLOWED) for it in _each(access.role(Role.PUBLISHER), access, "s3:AbortMultipartUpload", keys, {})
    )


def _repaired(access: Access) -> Iterator[Expected]:
    """`verify --repair` copies a result to the replica, and nothing but a judge writes one in the primary."""
    publisher, key = access.role(Role.PUBLISHER), f"{CALIBRATION_RESULTS_PREFIX}x"
    for bucket, verdict in zip(BUCKETS, (NOT_ALLOWED, ALLOWED), strict=True):
        yield access.request(publisher, "s3:PutObject", f"arn:aws:s3:::{bucket}/{key}", CREATES), verdict


def _console(access: Access) -> Iterator[Expected]:
    analyst, here = access.role(Role.ANALYST), f"{PRIMARY_REGION}:{ACCOUNT}"
    for action, resource in (
        ("athena:ListWorkGroups", "*"),
        ("athena:ListDataCatalogs", "*"),
        ("athena:GetDataCatalog", f"arn:aws:athena:{here}:datacatalog/AwsDataCatalog"),
        ("athena:ListDatabases", f"arn:aws:athena:{here}:datacatalog/AwsDataCatalog"),
        ("glue:GetDatabases", f"arn:aws:glue:{here}:catalog"),
        ("athena:StartQueryExecution", f"arn:aws:athena:{here}:workgroup/{Names().client_workgroup}"),
    ):
        yield access.request(analyst, action, resource, {}), ALLOWED
    for action in ("s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"):
        context = CREATES if action == "s3:PutObject" else {}
        result = f"arn:aws:s3:::{BUCKETS[0]}/{QUERY_RESULTS_PREFIX}x"
        yield access.request(analyst, action, result, context), ALLOWED


PROMISES: Mapping[str, Callable[[Access], Iterator[Expected]]] = {
    "nothing goes over plain HTTP": _plain_http,
    "objects are encrypted by S3's own keys": _encryption,
    "no customer's keys": _customer_keys,
    "what is written once is not written again": _write_once,
    "the models are compared and set": _compare_and_set,
    "only break-glass deletes what is written once": _deletions,
    "another account takes on no role": _accounts,
    "only the eraser deletes versions of runs": _erasures,
    "who deletes for good needs a second factor": _second_factor,
    "S3 may replicate": _replication,
    "a publisher ends what it tried": _cleaned_up,
    "a publisher repairs results in the replica": _repaired,
    "an analyst uses the console and other clients": _console,
}
