"""What IndexRun does for one object, as one writes it with json and pydantic.

The models are derived from ours, so that the checks are the same. So is what follows the checks.
"""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Union, cast

import msgspec
import msgspec.inspect as mi
from msgspec import NODEFAULT
from pydantic import BaseModel, Field, ValidationError, create_model

from lake.scoring import RunStatistics, compliance_rate, half_life_turn
from schemas.keys.layout import RawKey
from schemas.models import Turn

_SCALARS: Mapping[type[mi.Type], type] = {
    mi.StrType: str,
    mi.IntType: int,
    mi.FloatType: float,
    mi.BoolType: bool,
}
_BOUNDS = ("ge", "le", "max_length", "pattern")


def annotation(info: mi.Type) -> Any:  # noqa: ANN401 - a type of pydantic's, made as it goes
    """Return the type that makes pydantic check what msgspec checks."""
    match info:
        case mi.Metadata():
            found = annotation(info.type)
        case mi.UnionType():
            found = Union[tuple(annotation(kind) for kind in info.types)]  # noqa: UP007 - not known beforehand
        case mi.NoneType():
            found = None
        case mi.ListType():
            found = list[annotation(info.item_type)]  # type: ignore[misc]
        case mi.StructType() | mi.EnumType():
            found = model(info.cls) if isinstance(info, mi.StructType) else info.cls
        case mi.DateTimeType():
            found = datetime
        case _:
            found = _scalar(info)
    return found


def _scalar(info: mi.Type) -> Any:  # noqa: ANN401 - see above
    bounds = {name: value for name in _BOUNDS if (value := getattr(info, name, None)) is not None}
    if "pattern" in bounds:
        # its engine of patterns writes the end of the text so
        bounds["pattern"] = bounds["pattern"].replace(r"\Z", "$")
    return Annotated[_SCALARS[type(info)], Field(strict=True, **bounds)]


def model(record: type[msgspec.Struct]) -> type[BaseModel]:
    """Return the model of a record."""
    info = cast("mi.StructType", mi.type_info(record))
    parts: dict[str, Any] = {field.name: (annotation(field.type), _default(field)) for field in info.fields}
    made: type[BaseModel] = create_model(record.__name__, **parts)
    return made


def _default(field: mi.Field) -> Any:  # noqa: ANN401 - see above
    if field.required:
        return ...
    return Field(default_factory=list) if field.default is NODEFAULT else field.default


def figures(body: bytes, repeats: int, key: RawKey, turn_model: type[BaseModel]) -> Mapping[str, float]:
    """Return what the index says of an object whose content is the body, so many times."""
    statistics, invalid, seen = RunStatistics(), 0, set()
    for _ in range(repeats):
        for line in body.splitlines():
            try:
                turn: Any = turn_model.model_validate(json.loads(line))
            except (ValueError, ValidationError):
                invalid += 1
                continue
            if (turn.run_id, turn.model, turn.phase) != (key.run_id, key.model, key.phase):
                invalid += 1
            elif turn.turn not in seen:
                seen.add(turn.turn)
                statistics.add(turn)
    return {
        "turn_count": len(statistics.scores),
        "invalid_lines": invalid,
        "mean_score": round(statistics.mean_score, 6),
        "compliance_rate": round(compliance_rate(statistics.scores), 6),
        "prompt_tokens": statistics.prompt_tokens,
        "half_life_turn": half_life_turn(statistics.scores) or 0,
    }


def main(file: Path, key: str, objects: int, repeats: int) -> None:
    """Make the figures of so many objects, each with the file's content so many times, and print the last."""
    body, turn_model = file.read_bytes(), model(Turn)
    found: Mapping[str, float] = {}
    for _ in range(objects):
        found = figures(body, repeats, RawKey.parse(key), turn_model)
    print(json.dumps(found))  # noqa: T201 - the result


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
