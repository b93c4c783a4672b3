import pyarrow as pa
import pytest

from ops.query.failures import QueryError
from ops.query.hive import arrow_type, parse_type, trino_type


@pytest.mark.parametrize(
    ("text", "trino", "arrow"),
    [
        ("string", "VARCHAR", pa.string()),
        ("BIGINT", "BIGINT", pa.int64()),
        ("integer", "INTEGER", pa.int32()),
        ("double", "DOUBLE", pa.float64()),
        ("date", "DATE", pa.date32()),
        ("timestamp", "TIMESTAMP", pa.timestamp("us")),
        ("array<array<boolean>>", "ARRAY(ARRAY(BOOLEAN))", pa.list_(pa.list_(pa.bool_()))),
        (
            "struct<CR:double, st : string>",
            "ROW(cr DOUBLE, st VARCHAR)",
            pa.struct({"cr": pa.float64(), "st": pa.string()}),
        ),
        (
            "array<struct<a:array<bigint>,b:struct<c:int>>>",
            "ARRAY(ROW(a ARRAY(BIGINT), b ROW(c INTEGER)))",
            pa.list_(pa.struct({"a": pa.list_(pa.int64()), "b": pa.struct({"c": pa.int32()})})),
        ),
    ],
)
def test_type_is_read(text: str, trino: str, arrow: pa.DataType) -> None:
    kind = parse_type(text)
    assert trino_type(kind) == trino
    assert arrow_type(kind).equals(arrow)


@pytest.mark.parametrize(
    "text",
    ["", "text", "map<string,string>", "decimal(3,1)", "varchar(5)", "array<", "array<string", "array<string>>",
     "array<>", "struct<>", "struct<a>", "struct<a:>", "struct<a:string,>", "string string", "array string", "float"],
)  # fmt: skip
def test_other_type_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match=r"^NOT_SUPPORTED locally: column type"):
        parse_type(text)
