"""Turns as producers might write them: any valid value of every field, any notation that JSON has for it."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import msgspec.inspect as mi
from hypothesis import strategies as st

from schemas.models import Turn
from tests.schemas.examples import KEY, REFERENCE

_FIXED = {
    "run_id": KEY.run_id,
    "model": KEY.model,
    "phase": KEY.phase.value,
}
_TIMES = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1))  # noqa: DTZ001 - zones are drawn
_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=8)), None])


def _values(info: mi.Type) -> st.SearchStrategy[object]:  # noqa: C901, PLR0911 - one line a type
    match info:
        case mi.Metadata(type=inner):
            return _values(inner)
        case mi.UnionType(types=types):
            return st.one_of([st.none() if isinstance(kind, mi.NoneType) else _values(kind) for kind in types])
        case mi.EnumType(cls=cls):
            return st.sampled_from([member.value for member in cls])
        case mi.StrType(pattern=pattern, max_length=most):
            return st.just(REFERENCE) if pattern else st.text(max_size=min(most or 30, 30))
        case mi.IntType(ge=least, le=most):
            return st.integers(least, most)
        case mi.FloatType(ge=least, le=most):
            floats = st.floats(least, most, allow_nan=False, allow_infinity=False)
            return floats | st.integers(math.ceil(least or 0), int(most or 9))
        case mi.BoolType():
            return st.booleans()
        case mi.DateTimeType():
            return st.builds(lambda at, zone: at.replace(tzinfo=zone).isoformat(), _TIMES, _ZONES)
        case mi.ListType(item_type=item):
            return st.lists(_values(item), max_size=3)
        case mi.StructType():
            return _objects(info)
    raise AssertionError(info)


def _objects(info: mi.StructType) -> st.SearchStrategy[dict[str, object]]:
    values = {field.name: _values(field.type) for field in info.fields}
    required = {field.name: values[field.name] for field in info.fields if field.required}
    optional = {field.name: values[field.name] for field in info.fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional)


def _written(record: Mapping[str, object], *, ascii_only: bool, spaced: bool, unknown: bool) -> bytes:
    extra: dict[str, object] = {"later_field": {"nested": [1, None]}} if unknown else {}
    separators = (" , ", " : ") if spaced else (",", ":")
    return json.dumps({**record, **extra}, ensure_ascii=ascii_only, separators=separators).encode()


def turn_lines() -> st.SearchStrategy[bytes]:
    """Return lines that are valid turns of the run `KEY`."""
    info = mi.type_info(Turn)
    assert isinstance(info, mi.StructType)
    records = _objects(info).map(lambda record: record | _FIXED)
    return st.builds(
        _written,
        records,
        ascii_only=st.booleans(),
        spaced=st.booleans(),
        unknown=st.booleans(),
    )
