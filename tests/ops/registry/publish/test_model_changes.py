import pytest

from ops.registry.publish.model_changes import ModelChange, model_changes
from schemas.registry.models_file import MODELS_FILE

MODELS = MODELS_FILE.read_bytes()
ONE = b"""[{"model_id": "a", "provider": "p", "endpoint": "e", "version": "1", "cost_per_1m_prompt": 1,
"cost_per_1m_completion": 2, "max_tokens": 10, "tags": {"speed": "high"}}]"""
FIELDS = ["provider", "endpoint", "version", "cost_per_1m_prompt", "cost_per_1m_completion", "max_tokens", "tags"]


@pytest.mark.parametrize("after", [MODELS, MODELS.replace(b"  ", b" ")])
def test_format_alone_is_no_change(after: bytes) -> None:
    assert model_changes(MODELS, after) == []


def test_each_changed_field_is_named_with_both_values() -> None:
    after = ONE.replace(b'"high"', b'"low"').replace(b": 2", b": 2.5")
    assert model_changes(ONE, after) == [
        ModelChange("a", "cost_per_1m_completion", "2.0", "2.5"),
        ModelChange("a", "tags", '{"speed":"high"}', '{"speed":"low"}'),
    ]


def test_an_added_and_a_removed_model_have_one_side() -> None:
    found = model_changes(ONE, ONE.replace(b'"a"', b'"b"'))
    assert [change.model for change in found] == ["b"] * 7 + ["a"] * 7
    assert [change.field for change in found] == FIELDS * 2
    assert found[0] == ModelChange("b", "provider", None, '"p"')
    assert found[7] == ModelChange("a", "provider", '"p"', None)


def test_models_that_cannot_be_read_count_as_none() -> None:
    assert {change.before for change in model_changes(b"[", ONE)} == {None}
