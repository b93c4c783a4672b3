"""What a new `config/models.json` changes, model by model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from ops.screen import show_table
from schemas.models import ModelConfig
from schemas.registry.models_file import RegistryError, parse_models


@dataclass(frozen=True)
class ModelChange:
    """One field of one model, as JSON; a side that does not have the model, or the field, is None."""

    model: str
    field: str
    before: str | None
    after: str | None


def model_changes(before: bytes, after: bytes) -> list[ModelChange]:
    """Return the changes in the order of the new registry, removed models last; none where only the format differs.

    An old registry that cannot be read counts as empty, so that it can be replaced.
    """
    old, new = _models(before), parse_models(after)
    return [change for model in (*new, *(gone for gone in old if gone not in new)) for change in _of(model, old, new)]


def show_changes(changes: Sequence[ModelChange]) -> None:
    """Print what a new `models.json` changes."""
    show_table(
        "models.json changes" if changes else "models.json changes in its format alone",
        ("model", "field", "before", "after"),
        [(change.model, change.field, change.before, change.after) for change in changes],
    )


def _models(content: bytes) -> Mapping[str, ModelConfig]:
    try:
        return parse_models(content)
    except RegistryError:
        return {}


def _of(model: str, old: Mapping[str, ModelConfig], new: Mapping[str, ModelConfig]) -> Iterator[ModelChange]:
    before, after = _fields(old.get(model)), _fields(new.get(model))
    for field in dict.fromkeys((*after, *before)):
        if before.get(field) != after.get(field):
            yield ModelChange(model, field, before.get(field), after.get(field))


def _fields(model: ModelConfig | None) -> Mapping[str, str]:
    if model is None:
        return {}
    built = msgspec.to_builtins(model)
    return {field: msgspec.json.encode(value).decode() for field, value in built.items() if field != "model_id"}
