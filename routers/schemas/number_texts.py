"""Numbers that JSON has as strings, so that no digit is lost: decimals and large integers."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from routers.schemas.decimals import Decimals
from routers.schemas.field_formats import reader


@dataclass(frozen=True)
class AsString:
    """Marks an integer that JSON has as a string."""

    as_string: bool = True


Int64String = Annotated[int, AsString()]
"""An integer of 64 bits that JSON has as a string: clients such as JavaScript round numbers beyond 2**53."""

INT64 = Decimals(digits=19, places=0, low=-(2**63), high=2**63 - 1)
"""The integers of 64 bits."""


def text_schema(decimals: Decimals, *, exact: bool) -> WithJsonSchema:
    """Return the JSON Schema of decimals; with `exact`, as in responses, all of their places are present."""
    return WithJsonSchema(
        {
            "type": "string",
            "pattern": decimals.pattern(exact=exact),
            "maxLength": max(len(decimals.text(decimals.low)), len(decimals.text(decimals.high))),
            "examples": [decimals.example],
        }
    )


def text_reader(decimals: Decimals, read: Callable[[str], Any]) -> BeforeValidator:
    """Return a validator that reads decimals."""
    return reader(decimals.pattern(exact=False), read, decimals.description)


def decimal_writer(decimals: Decimals) -> PlainSerializer:
    """Return a serializer that writes decimals with all of their places.

    A value that needs more digits, and NaN, PostgreSQL's greatest number, become the nearest that has them.
    """
    places = decimals.places
    maximum = Decimal((0, (9,) * (decimals.digits + places), -places))
    minimum = -maximum if decimals.low < 0 else Decimal(0)

    def write(value: Decimal | None) -> str | None:
        if value is None:
            return None
        return f"{maximum if value.is_nan() else min(max(value, minimum), maximum):.{places}f}"

    return PlainSerializer(write, return_type=str)


def _write_integer(value: int | None) -> str | None:
    return None if value is None else str(value)


INTEGER_WRITER = PlainSerializer(_write_integer, return_type=str)
"""Writes integers in strings."""
