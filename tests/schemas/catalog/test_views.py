import pytest

from schemas.catalog.columns import Column, ListOf, Scalar, StructOf, Type
from schemas.catalog.views import trino_type


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Scalar.STRING, "varchar"),
        (Scalar.BIGINT, "bigint"),
        (Scalar.DOUBLE, "double"),
        (Scalar.BOOLEAN, "boolean"),
        (Scalar.TIMESTAMP, "varchar"),  # text in JSON
        (ListOf(Scalar.STRING), "array(varchar)"),
        (
            ListOf(
                StructOf(
                    (
                        Column("At", Scalar.TIMESTAMP, "", nullable=True, path=("At",)),
                        Column("CR", ListOf(Scalar.DOUBLE), "", nullable=True, path=("CR",)),
                    )
                )
            ),
            "array(row(at varchar, cr array(double)))",
        ),
    ],
)
def test_types_are_those_that_trino_has_for_json(kind: Type, expected: str) -> None:
    assert trino_type(kind) == expected
