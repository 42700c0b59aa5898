"""A type without an exact format, or with a column that does not store it exactly, is rejected."""

from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, Field
from pydantic.fields import FieldInfo
from sqlalchemy import CHAR, REAL, Column, Date, DateTime, Float, Integer, Numeric, String
from sqlalchemy.dialects.postgresql import JSONB

from routers.schemas.field_metadata import UnsupportedTypeError
from routers.schemas.field_types import field_types


class Number(IntEnum):
    """An enum of numbers."""

    ONE = 1


@pytest.mark.parametrize(
    ("annotation", "settings", "column_type", "message"),
    [
        (
            complex,
            {},
            String(),
            "the type complex is not supported; use one of Decimal, Enum, Literal, UUID, bool, date",
        ),
        (str | bool, {}, String(), "the type str | bool is not supported"),
        (list[complex], {}, String(), "the type list[complex] is not supported"),
        (dict[int, str], {}, String(), "the type dict[int, str] is not supported"),
        (float, {}, REAL(), "a float needs double precision: use sa_type=Double, or none at all"),
        (float, {}, Float(10), "a float needs double precision: use sa_type=Double, or none at all"),
        (float, {}, Numeric(8, 2), "a float needs double precision: use sa_type=Double, or none at all"),
        (
            str,
            {},
            CHAR(5),
            "CHAR(length=5) does not store the type str exactly: use sa_type=Text, or none at all",
        ),
        (
            str,
            {"pattern": r"^\d+$"},
            String(),
            r"engines read the pattern ^\d+$ differently: write classes as ranges",
        ),
        (date, {"ge": date(2020, 1, 1)}, Date(), "the type date has no ge: drop it, or write a CHECK"),
        (
            datetime,
            {},
            DateTime(),
            "a timestamp needs a time zone and microseconds: use sa_type=DateTime(timezone=True)",
        ),
        (Decimal, {}, Numeric(2, 4), "max_digits includes the decimal_places: make it larger"),
        (
            int,
            {"ge": -(2**31) - 1},
            Integer(),
            "the bound -2147483649 is beyond the column's type: change it, or set sa_type",
        ),
        (
            int,
            {"le": 2**31},
            Integer(),
            "the bound 2147483648 is beyond the column's type: change it, or set sa_type",
        ),
        (Decimal, {}, Numeric(), "a Decimal needs its size: set max_digits and decimal_places"),
        (Number, {}, String(), "String() does not store the type Number exactly: leave sa_type out"),
        (
            list[Annotated[str, AfterValidator(str.lower)]],
            {},
            JSONB(),
            "have more than bounds and a pattern: drop it",
        ),
        (dict[int, Any], {}, JSONB(), "the type dict[int, typing.Any] is not supported"),
    ],
)
def test_a_type_without_an_exact_format_is_rejected(
    annotation: Any, settings: dict[str, Any], column_type: Any, message: str
) -> None:
    field = FieldInfo.from_annotated_attribute(annotation, Field(**settings))
    with pytest.raises(UnsupportedTypeError) as error:
        field_types(field, Column("x", column_type))
    assert message in str(error.value)
