"""Records of erasures: named after their content, with nothing of what was erased."""

from datetime import UTC, datetime

import msgspec
import pytest

from schemas.keys.layout import ErasureKey
from schemas.models import Erasure
from schemas.registry.documents import check
from schemas.registry.erasures import UNNAMED, hashed, parse_erasure, with_id
from schemas.registry.models_file import RegistryError

ERASURE = Erasure(
    erasure_id=UNNAMED,
    at=datetime(2025, 11, 5, 12, tzinfo=UTC),
    by="arn:aws:sts::111122223333:assumed-role/SocraticBenchEraser/jane",
    reason="A participant withdrew consent.",
    runs=[hashed("01HQVZ3K9X1234567890ABCDEF")],
    keys=[hashed("raw/x.jsonl")],
    turns=[],
    versions=3,
    weeks=["2025-W45"],
)


def test_a_record_is_named_after_its_day_and_content_and_read_back() -> None:
    named = with_id(ERASURE)
    assert with_id(named) == named
    assert named.erasure_id.startswith("erasure_20251105_")
    assert with_id(msgspec.structs.replace(ERASURE, versions=4)).erasure_id != named.erasure_id
    content, key = msgspec.json.encode(named), ErasureKey(named.erasure_id)
    assert parse_erasure(content, str(key)) == named
    check(key, content)


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"versions": 4}, "its content belongs under erasures/erasure_20251105_"),
        ({"reason": " "}, "reason"),
        ({"keys": ["raw/x.jsonl"]}, "keys"),
    ],
)
def test_a_record_that_was_changed_or_holds_a_key_is_refused(changes: dict[str, object], fragment: str) -> None:
    named = with_id(ERASURE)
    content = msgspec.json.encode({**msgspec.to_builtins(named), **changes})
    key = ErasureKey(named.erasure_id)
    with pytest.raises(RegistryError, match=rf"^{key}: ") as refused:
        check(key, content)
    assert fragment in str(refused.value)
