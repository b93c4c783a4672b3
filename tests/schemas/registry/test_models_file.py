import json
from pathlib import Path

import pytest

from schemas.registry.models_file import RegistryError, load_models, parse_models
from tests.schemas.test_models import MODELS

ENTRY = json.loads(MODELS)[0]


def registry(*entries: object) -> bytes:
    return json.dumps(entries).encode()


def refusal(content: bytes) -> str:
    with pytest.raises(RegistryError) as caught:
        parse_models(content, "models.json")
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert message.startswith("models.json: ")
    return message


def test_the_example_of_the_layout_document_is_a_registry(tmp_path: Path) -> None:
    (tmp_path / "models.json").write_bytes(MODELS)
    models = load_models(tmp_path / "models.json")
    assert list(models) == ["claude-3.5-sonnet"]
    model = models["claude-3.5-sonnet"]
    assert (model.cost_per_1m_prompt, model.cost_per_1m_completion, model.max_tokens) == (3.0, 15.0, 200_000)
    assert model.tags == {"generation": "3.5", "speed": "balanced"}


def test_the_registry_of_the_repository_loads() -> None:
    assert "claude-3.5-sonnet" in load_models()


def test_models_keep_the_order_of_the_file() -> None:
    names = ["z", "a", "m"]
    assert list(parse_models(registry(*({**ENTRY, "model_id": name} for name in names)))) == names


@pytest.mark.parametrize(
    ("content", "fragment"),
    [
        (b"", "truncated"),
        (b"models", "malformed"),
        (MODELS[:-2], "truncated"),
        (MODELS + MODELS, "malformed"),
        (b"\xef\xbb\xbf" + MODELS, "malformed"),
        (MODELS.replace(b"anthropic", b"\xff"), "utf-8"),
        (b"null", "Expected `array`, got `null`"),
        (b"{}", "Expected `array`, got `object`"),
        (MODELS.strip()[1:-1], "Expected `array`, got `object`"),
        (b"[" * 100_000, "$[0]"),
        (b"[]", "expected at least one model"),
    ],
)
def test_a_file_that_is_no_list_of_models_is_refused_by_the_files_name(content: bytes, fragment: str) -> None:
    assert fragment in refusal(content)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model_id", "Claude-3.5"),
        ("model_id", "claude 3.5"),
        ("model_id", "claude,3.5"),  # a comma separates the values of a projected enum
        ("model_id", "claude/3.5"),
        ("model_id", "claude-3.5\n"),
        ("model_id", "a" * 65),
        ("model_id", ""),
        ("model_id", None),
        ("cost_per_1m_prompt", -0.01),
        ("cost_per_1m_prompt", "3.0"),
        ("cost_per_1m_prompt", True),
        ("cost_per_1m_completion", -15),
        ("cost_per_1m_completion", None),
        ("max_tokens", 0),
        ("max_tokens", 200_000.0),
        ("provider", 3),
        ("tags", ["fast"]),
        ("tags", {"speed": 3}),
    ],
)
def test_a_bad_entry_is_refused_by_its_index_and_field(field: str, value: object) -> None:
    bad = {**ENTRY, "model_id": "another", field: value}
    assert f"at `$[1].{field}" in refusal(registry(ENTRY, bad))


@pytest.mark.parametrize("price", [b"NaN", b"Infinity", b"1e400"])
def test_a_price_that_is_no_finite_number_is_refused(price: bytes) -> None:
    refusal(MODELS.replace(b"15.0", price))


@pytest.mark.parametrize("field", ["model_id", "provider", "endpoint", "version", "cost_per_1m_prompt", "max_tokens"])
def test_an_entry_without_a_required_field_is_refused_by_its_index_and_the_field(field: str) -> None:
    bad = {name: value for name, value in ENTRY.items() if name != field}
    message = refusal(registry(ENTRY, bad))
    assert f"missing required field `{field}`" in message
    assert "$[1]" in message


def test_an_id_that_occurs_twice_is_refused_by_the_id() -> None:
    entries = [{**ENTRY, "model_id": name} for name in ("a", "b", "c", "b", "a")]
    message = refusal(registry(*entries))
    assert "model_id 'a' occurs more than once" in message


def test_a_file_that_is_missing_is_refused_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "models.json"
    with pytest.raises(RegistryError) as caught:
        load_models(path)
    assert str(caught.value) == f"{path}: No such file or directory"


def test_a_folder_instead_of_a_file_is_refused_by_its_path(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="Is a directory"):
        load_models(tmp_path)


def test_a_bad_file_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "models.json").write_bytes(b"[]")
    with pytest.raises(RegistryError, match=r"^models\.json: "):
        load_models(tmp_path / "models.json")
