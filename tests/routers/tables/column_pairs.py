"""Every type of a field with every type of a column, and values at the edges of each type."""

import enum
import uuid
from datetime import date, datetime
from decimal import Decimal
from types import new_class
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import MetaData
from sqlalchemy.dialects import mysql
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from routers import Equals, Int64String, OneOf, OwnedRow, ReadRow, Resource


class Colour(enum.StrEnum):
    """An enum of strings whose names are not their values."""

    RED = "red"
    QUOTED = "it's 100% :blue"


class Grade(enum.Enum):
    """An enum with strings as values."""

    GOOD = "good"


class Level(enum.IntEnum):
    """An enum of integers."""

    LOW = -1
    HIGH = 40_000


class Upper(sa.TypeDecorator[str]):
    """A type that changes values."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Any) -> str | None:
        """Return the text in upper case."""
        return value and value.upper()


FIELDS: dict[str, tuple[Any, dict[str, Any], list[Any]]] = {
    "bool": (bool, {}, [True, False]),
    "str": (str, {}, ["", " a ", "\x01\x7f\u2028", "\U0010ffff", "É", "é"]),
    "short": (str, {"max_length": 5}, ["", "     ", "\U0010ffff" * 5]),
    "int": (int, {}, [0, -(2**15), 2**15 - 1]),
    "small": (int, {"ge": -5, "le": 2**15 - 1, "multiple_of": 7}, [0, 7, 2**15 - 8]),
    "big": (Int64String, {}, [str(-(2**63)), "0", str(2**63 - 1)]),
    "float": (float, {}, [0.0, 0.1 + 0.2, 5e-324, -1.7976931348623157e308]),
    "decimal": (Decimal, {"max_digits": 8, "decimal_places": 2}, ["0.00", "-999999.99", "0.01"]),
    "sizeless": (Decimal, {}, ["0.00"]),
    "date": (date, {}, ["0001-01-01", "9999-12-31"]),
    "datetime": (datetime, {}, ["0001-01-01T00:00:00.000001Z", "9999-12-31T23:59:59.999999Z"]),
    "uuid": (uuid.UUID, {}, ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]),
    "strings": (Colour, {}, ["red", "it's 100% :blue"]),
    "plain": (Grade, {}, ["good"]),
    "integers": (Level, {}, [-1, 40_000]),
    "texts": (Literal["", "a 'b' %"], {}, ["", "a 'b' %"]),
    "numbers": (Literal[1, 2**40], {}, [1, 2**40]),
    "object": (dict, {}, [{}, {"a": [None, {"b": 0.1}]}]),
    "array": (list[str], {}, [[], ["", "null"]]),
}
"""Fields: their type, their bounds, and values in JSON that a column has to store exactly."""

COLUMNS: dict[str, Any] = {
    "none": None,
    **{
        repr(each): each
        for each in (
            *(sa.String(), sa.String(5), sa.String(0), sa.String(5, collation="C")),
            *(
                sa.String(collation="xx"),
                sa.Text(),
                sa.Text(5),
                sa.Unicode(9),
                sa.UnicodeText(),
                AutoString(),
                AutoString(3),
            ),
            *(sa.VARCHAR(20_000_000), sa.CHAR(5), sa.NCHAR(5), sa.NVARCHAR(5), pg.CITEXT()),
            *(sa.Integer(), sa.SmallInteger(), sa.BigInteger(), sa.BIGINT(), mysql.TINYINT(), pg.OID()),
            *(sa.Float(), sa.Float(24), sa.Float(53), sa.Float(60), sa.Float(asdecimal=True), sa.REAL()),
            *(sa.Double(), sa.DOUBLE(), sa.DOUBLE_PRECISION(), sa.Numeric(), sa.Numeric(8), sa.Numeric(8, 2)),
            *(sa.Numeric(9, 2), sa.Numeric(8, 2, asdecimal=False), sa.DECIMAL(8, 2), sa.Numeric(2000, 2)),
            *(pg.MONEY(), pg.BIT(5), pg.INET(), pg.CIDR(), pg.MACADDR(), sa.LargeBinary(), pg.BYTEA()),
            *(sa.Boolean(), sa.Boolean(create_constraint=True), sa.BOOLEAN()),
            *(sa.Date(), sa.DATE(), sa.DateTime(), sa.DateTime(timezone=True), sa.DATETIME(timezone=True)),
            *(sa.TIMESTAMP(), sa.TIMESTAMP(timezone=True), pg.TIMESTAMP(timezone=True, precision=3)),
            *(
                pg.TIMESTAMP(timezone=True, precision=6),
                UTCDateTime(),
                sa.Time(),
                sa.Interval(),
                pg.INTERVAL(),
            ),
            *(
                sa.Uuid(),
                sa.Uuid(as_uuid=False),
                sa.Uuid(native_uuid=False),
                sa.UUID(),
                pg.UUID(as_uuid=False),
            ),
            *(sa.Enum(Colour), sa.Enum(Colour, native_enum=False), sa.Enum(Grade, native_enum=False)),
            *(sa.Enum(Level, native_enum=False), sa.Enum("red", name="c"), pg.ENUM(Colour, name="colour")),
            *(sa.Enum(Colour, native_enum=False, create_constraint=True), sa.Enum(Colour, length=20)),
            *(sa.JSON(), pg.JSON(), pg.JSONB(), pg.JSONB(none_as_null=True), pg.HSTORE(), sa.PickleType()),
            *(sa.ARRAY(sa.String), pg.ARRAY(sa.Integer), pg.ARRAY(pg.JSONB), pg.TSVECTOR(), pg.TSQUERY()),
            *(pg.INT4RANGE(), pg.TSTZRANGE(), pg.INT4MULTIRANGE(), Upper(9), sa.types.NullType()),
        )
    },
    "variant-of-json": sa.JSON().with_variant(pg.JSONB(), "postgresql"),
    "variant-of-text": sa.String(5).with_variant(sa.String(2), "postgresql"),
    "variant-of-integer": sa.Integer().with_variant(sa.String(2), "postgresql"),
    "variant-elsewhere": sa.Text().with_variant(mysql.TEXT(), "mysql"),
}
"""Types of columns, by name."""


_TEXTS = {"none", "String()", "Text()", "UnicodeText()", "AutoString()"}
_BIG = {"none", "BigInteger()", "BIGINT()"}
_INTEGERS = {*_BIG, "Integer()"}
_JSONB = {"none", "variant-of-json", *(repr(pg.JSONB(none_as_null=each)) for each in (False, True))}
_NUMERIC = {"none", "Numeric(precision=8, scale=2)", "DECIMAL(precision=8, scale=2)"}

EXACT: dict[str, set[str]] = {
    "bool": {"none", "Boolean()", "BOOLEAN()"},
    "str": _TEXTS,
    "short": {*_TEXTS, "String(length=5)", "String(length=5, collation='C')", "Unicode(length=9)"},
    "int": {*_INTEGERS, "SmallInteger()"},
    "small": {*_INTEGERS, "SmallInteger()"},
    "big": _BIG,
    "float": {"none", "Float()", "Float(precision=53)", "Double()", "DOUBLE_PRECISION()"},
    "decimal": _NUMERIC,
    "sizeless": {*_NUMERIC, "Numeric(precision=9, scale=2)"} - {"none"},
    "date": {"none", "Date()", "DATE()"},
    "datetime": {
        *("none", "DateTime(timezone=True)", "UTCDateTime()"),
        *("TIMESTAMP(timezone=True)", "TIMESTAMP(timezone=True, precision=6)"),
    },
    "uuid": {"none", "Uuid()", "UUID()"},
    "strings": {
        "none",
        "Enum('RED', 'QUOTED', name='colour', native_enum=False)",
        "Enum('RED', 'QUOTED', name='colour', native_enum=False, create_constraint=True)",
    },
    "plain": {"none", "Enum('GOOD', name='grade', native_enum=False)"},
    "integers": {"none", "Enum('LOW', 'HIGH', name='level', native_enum=False)"},
    "texts": {*_TEXTS, "Unicode(length=9)"},
    "numbers": _BIG,
    "object": _JSONB,
    "array": _JSONB,
}
"""The columns that store each field exactly."""


def pair(name: str, field: str, column: str, *, nullable: bool) -> Resource[Any]:
    """Declare a resource whose member has this type of field and of column.

    Raises:
        TypeError: the declaration is rejected.
    """
    python_type, settings, _ = FIELDS[field]
    column_type, options = COLUMNS[column], dict(settings)
    if nullable:
        options["default"] = None
    if column_type is not None and nullable:
        options["sa_column"] = sa.Column(column_type, comment="A column", info={"a": 1})
    elif column_type is not None:
        options["sa_type"] = column_type
    filters = () if field in {"object", "array"} else (OneOf("value") if nullable else Equals("value"),)
    return resource_of(name, python_type | None if nullable else python_type, filters, **options)


def resource_of(name: str, annotation: Any, filters: Any = (), **options: Any) -> Resource[Any]:
    """Declare a resource whose only member, `value`, has this type and these arguments of `Field`.

    Raises:
        TypeError: the declaration is rejected.
    """
    member = {"__annotations__": {"value": annotation}, "value": Field(**options)}
    metadata = MetaData(naming_convention=SQLModel.metadata.naming_convention)
    create: Any = new_class(f"{name}Create", (SQLModel,), {}, lambda namespace: namespace.update(member))
    base = new_class(f"{name}Row", (OwnedRow,), {"registry": registry(metadata=metadata)})
    return Resource(
        path=f"/{name.lower()}",
        model=new_class(name, (create, base), {"table": True}),
        create=create,
        read=new_class(f"{name}Read", (create, ReadRow)),
        filters=filters,
    )
