"""Cursor codecs convert the values of sort columns to text and back."""

import re
from datetime import UTC
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Enum,
    Integer,
    Numeric,
    SmallInteger,
    String,
    Text,
)

from routers.queries.cursor_codecs import CursorCodec, UnsortableError, codec_of
from routers.schemas.extreme_values import DATES, TIMESTAMPS, Calendar
from tests.support.specimens import Colour


def codec_for(column_type: Any) -> CursorCodec:
    return codec_of(Column("x", column_type))


TEXT = codec_for(String(5))
NUMBERS = st.decimals(Decimal("-999999.99"), Decimal("999999.99"), places=2)
WIDER_NUMBERS = st.decimals(Decimal(-(10**12)), Decimal(10**12), places=6)
INFINITE_NUMBERS = st.sampled_from([Decimal("Infinity"), Decimal("-Infinity")])
TYPES = {
    "timestamp": (
        DateTime(timezone=True),
        st.datetimes(timezones=st.just(UTC)),
    ),
    "date": (Date(), st.dates()),
    "smallint": (SmallInteger(), st.integers(-(2**15), 2**15 - 1)),
    "integer in a column that was enlarged": (Integer(), st.integers(-(2**63), 2**63 - 1)),
    "bigint": (BigInteger(), st.integers(-(2**63), 2**63 - 1)),
    "float": (Double(), st.floats(allow_nan=False)),
    "decimal": (Numeric(8, 2), NUMBERS),
    "decimal in a column that was enlarged": (Numeric(8, 2), WIDER_NUMBERS | INFINITE_NUMBERS),
    "decimal with many places": (
        Numeric(60, 40),
        st.decimals(allow_nan=False, places=40, min_value=-1, max_value=1),
    ),
    "text": (String(5), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)),
    "text in a column that was made longer": (String(5), st.just("long " * 40)),
}


@pytest.mark.parametrize(("column_type", "values"), TYPES.values(), ids=TYPES)
@given(data=st.data())
def test_decoding_an_encoded_value_returns_it(
    column_type: Any, values: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    value, codec = data.draw(values), codec_for(column_type)
    text = codec.encode(value)
    assert re.fullmatch(codec.pattern, text)
    assert len(text) <= codec.max_length
    assert codec.decode(text) == value


@pytest.mark.parametrize("column_type", [column_type for column_type, _ in TYPES.values()], ids=TYPES)
@given(data=st.data())
def test_every_text_that_matches_the_pattern_decodes_to_a_value(
    column_type: Any, data: st.DataObject
) -> None:
    codec = codec_for(column_type)
    value = codec.decode(data.draw(st.from_regex(codec.pattern, fullmatch=True)))
    again = codec.decode(codec.encode(value))
    assert again == value or again != again  # noqa: PLR0124 # NaN, which is last in PostgreSQL's order


@given(st.from_regex(TEXT.pattern, fullmatch=True))
def test_every_decoded_text_can_be_stored_in_postgresql(text: str) -> None:
    value = TEXT.decode(text)
    assert "\0" not in value
    value.encode()


@pytest.mark.parametrize("calendar", [DATES, TIMESTAMPS], ids=["dates", "timestamps"])
def test_a_value_outside_of_pythons_calendar_keeps_its_position(calendar: Calendar[Any]) -> None:
    codec = codec_for(Date() if calendar is DATES else DateTime(timezone=True))
    for number in (
        calendar.finite.start,
        calendar.finite.stop - 1,
        calendar.infinity,
        -calendar.infinity - 1,
    ):
        value = calendar.value(number)
        assert value in {calendar.first, calendar.last}
        assert calendar.number(codec.decode(codec.encode(value))) == number


@pytest.mark.parametrize("calendar", [DATES, TIMESTAMPS], ids=["dates", "timestamps"])
def test_a_number_beyond_postgresqls_calendar_is_infinity(calendar: Calendar[Any]) -> None:
    assert calendar.number(calendar.value(calendar.finite.stop)) == calendar.infinity
    assert calendar.number(calendar.value(calendar.finite.start - 1)) == -calendar.infinity - 1


@pytest.mark.parametrize("column_type", [Boolean(), Text(), String(201), Enum(Colour), Numeric()])
def test_a_type_without_codec_is_rejected(column_type: Any) -> None:
    with pytest.raises(UnsortableError):
        codec_for(column_type)
