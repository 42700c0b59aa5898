"""The exact types of numbers, within their bounds."""

import math
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from itertools import chain
from typing import Annotated, Any

from pydantic import Field
from pydantic.fields import FieldInfo
from sqlalchemy import Numeric
from sqlalchemy.types import TypeEngine

from routers.schemas.decimals import MAX_BOUNDED_DIGITS, MAX_STEPS, Decimals, in_units
from routers.schemas.exact_columns import integer_bits
from routers.schemas.field_formats import (
    JSON_INTEGER,
    JSON_NUMBER,
    MAX_FLOAT,
    QUERY_INTEGER,
    QUERY_NUMBER,
)
from routers.schemas.field_metadata import (
    RANGE,
    FieldTypes,
    Metadata,
    UnsupportedTypeError,
    annotated,
    bounds,
)
from routers.schemas.number_texts import INT64, INTEGER_WRITER, decimal_writer, text_reader, text_schema

_BIG_BITS = 63

_MAX_INTEGER_STEP = 2**31 - 1

_EMPTY_RANGE = "no number is within its bounds: correct them"


def integer(metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
    """Return the exact types of integers."""
    bits = integer_bits(column_type)
    if bounds(metadata, "as_string"):
        return _integer_text(metadata, bits)
    # JSON Schema's bounds are floats here, and 2**63 - 1 is none.
    maximum = Field(lt=2**bits) if bits == _BIG_BITS else Field(le=2**bits - 1)
    exact = _with_bounds(metadata, Field(ge=-(2**bits)), maximum)
    _check_multiples(metadata, bits)
    # The bounds come before the validators: after them they would be missing in the JSON Schema.
    return FieldTypes(
        annotated(int, *exact, JSON_INTEGER),
        annotated(int, *exact, QUERY_INTEGER),
        annotated(int, *exact),
    )


def _integer_text(metadata: Metadata, bits: int) -> FieldTypes:
    if bits != _BIG_BITS:
        raise UnsupportedTypeError("an Int64String has 64 bits: use sa_type=BigInteger, or none at all")
    integers = _within_bounds(metadata, INT64)
    schema = text_schema(integers, exact=True)
    request = Annotated[int, text_reader(integers, int), schema]
    return FieldTypes(request, request, Annotated[int, INTEGER_WRITER, schema])


def integer_range(metadata: Metadata, bits: int) -> tuple[int, int]:
    """Return the lowest and the highest integer of so many bits within the bounds of a field."""
    return _extremes(-(2**bits), 2**bits - 1, *(bounds(metadata, name) for name in RANGE))


def _check_multiples(metadata: Metadata, bits: int) -> None:
    """Check that some integer within the bounds of a field is a multiple of its `multiple_of`."""
    low, high = integer_range(metadata, bits)
    steps = bounds(metadata, "multiple_of")
    if not all(type(step) is int and 0 < step <= _MAX_INTEGER_STEP for step in steps):
        raise UnsupportedTypeError(
            f"multiple_of must be an integer from 1 to {_MAX_INTEGER_STEP}: correct it"
        )
    step = math.lcm(*steps)
    if high // step * step < low:
        raise UnsupportedTypeError(_EMPTY_RANGE)


def _extremes(
    low: int, high: int, ge: list[Any], gt: list[Any], le: list[Any], lt: list[Any]
) -> tuple[int, int]:
    """Return the smallest and the largest integer between `low` and `high` and within these bounds."""
    low = max([low, *map(math.ceil, ge), *(math.floor(bound) + 1 for bound in gt)])
    high = min([high, *map(math.floor, le), *(math.ceil(bound) - 1 for bound in lt)])
    return low, high


def number(metadata: Metadata, _type: TypeEngine[Any]) -> FieldTypes:
    """Return the exact types of floats."""
    low = max([-MAX_FLOAT, *bounds(metadata, "ge", "gt")])
    high = min([MAX_FLOAT, *bounds(metadata, "le", "lt")])
    metadata = _with_bounds(metadata, Field(ge=-MAX_FLOAT), Field(le=MAX_FLOAT))
    if low > high or low in bounds(metadata, "lt") or high in bounds(metadata, "gt"):
        raise UnsupportedTypeError(_EMPTY_RANGE)
    return FieldTypes(
        annotated(float, *metadata, JSON_NUMBER),
        annotated(float, *metadata, QUERY_NUMBER),
        annotated(float, *metadata),
    )


def _with_bounds(metadata: Metadata, minimum: FieldInfo, maximum: FieldInfo) -> Metadata:
    """Add the bounds of the column's type where the field has none; check those that it has."""
    lower, upper = bounds(metadata, "ge", "gt"), bounds(metadata, "le", "lt")
    (floor,), (ceiling,) = bounds(minimum.metadata, "ge"), bounds(maximum.metadata, "le", "lt")
    for bound in (*lower, *upper):
        if type(bound) is bool or not floor <= bound <= ceiling or float(bound) != bound:
            raise UnsupportedTypeError(
                f"the bound {bound} is beyond the column's type: change it, or set sa_type"
            )
    return [*metadata, *([] if lower else [minimum]), *([] if upper else [maximum])]


def decimal(metadata: Metadata, column_type: TypeEngine[Any]) -> FieldTypes:
    """Return the exact types of decimals."""
    precision, places = getattr(column_type, "precision", None), getattr(column_type, "scale", None)
    if not isinstance(column_type, Numeric) or precision is None or places is None:
        raise UnsupportedTypeError("a Decimal needs its size: set max_digits and decimal_places")
    if not 0 <= places <= precision or precision == 0:
        raise UnsupportedTypeError("max_digits includes the decimal_places: make it larger")
    if {precision, *bounds(metadata, "max_digits")} != {precision}:
        raise UnsupportedTypeError(f"the column has max_digits={precision}: declare both alike")
    if {places, *bounds(metadata, "decimal_places")} != {places}:
        raise UnsupportedTypeError(f"the column has decimal_places={places}: declare both alike")
    limit = 10**precision - 1
    decimals = _within_bounds(metadata, Decimals(precision - places, places, -limit, limit))
    request = Annotated[Decimal, text_reader(decimals, Decimal), text_schema(decimals, exact=False)]
    response = Annotated[Decimal, decimal_writer(decimals), text_schema(decimals, exact=True)]
    return FieldTypes(request, request, response)


def _within_bounds(metadata: Metadata, stored: Decimals) -> Decimals:
    """Return the decimals of a column that are within the bounds of its field."""
    places, step = stored.places, _step(metadata, stored.places)
    units = [[_units(each, places) for each in bounds(metadata, name)] for name in RANGE]
    if not all(stored.low <= bound <= stored.high for bound in chain(*units)):
        raise UnsupportedTypeError("a bound is beyond the column's type: change one of them")
    if stored.digits + places > MAX_BOUNDED_DIGITS and (step > 1 or any(chain(*units))):
        raise UnsupportedTypeError(f"bounds need a max_digits of at most {MAX_BOUNDED_DIGITS}: drop them")
    low, high = _extremes(stored.low, stored.high, *units)
    decimals = replace(stored, low=-(-low // step) * step, high=high // step * step, step=step)
    if decimals.low > decimals.high:
        raise UnsupportedTypeError(_EMPTY_RANGE)
    return decimals


def _step(metadata: Metadata, places: int) -> int:
    """Return the `multiple_of` of a decimal in units of its last place."""
    one, step = 10**places, Decimal(1)
    for bound in bounds(metadata, "multiple_of"):
        step = min(_units(bound, places), one * MAX_STEPS + 1)
        in_ones = step / one if step >= one else step
        # So the digits before the point, or those after it, determine whether a decimal is a multiple.
        if step <= 0 or in_ones % 1 or MAX_STEPS % in_ones or (step < one and one % step):
            raise UnsupportedTypeError(
                "multiple_of must divide 1, or be an integer that divides 10000: change it to one like 0.05"
            )
    return int(step)


def _units(bound: object, places: int) -> Decimal:
    try:
        units = in_units(bound, places)
    except InvalidOperation:
        units = Decimal("NaN")
    if not units.is_finite():
        raise UnsupportedTypeError(f"the bound {bound} is no decimal: correct it")
    return units
