"""Cursor codecs convert the values of sort columns to text and back."""

import re
from datetime import UTC, date, datetime, timedelta
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
from tests.support.specimens import Colour


def codec_for(column_type: Any) -> CursorCodec:
    return codec_of(Column("x", column_type))


TEXT = codec_for(String(5))
FIRST_TIME = datetime(900, 1, 1, tzinfo=UTC)
TYPES = {
    "timestamp": (
        DateTime(timezone=True),
        st.integers(0, 2**56 - 1).map(lambda count: FIRST_TIME + timedelta(microseconds=count)),
    ),
    "date": (Date(), st.dates()),
    "smallint": (SmallInteger(), st.integers(-(2**15), 2**15 - 1)),
    "integer": (Integer(), st.integers(-(2**31), 2**31 - 1)),
    "bigint": (BigInteger(), st.integers(-(2**63), 2**63 - 1)),
    "float": (Double(), st.floats(allow_nan=False)),
    "decimal": (Numeric(8, 2), st.decimals(Decimal("-999999.99"), Decimal("999999.99"), places=2)),
    "decimal with many places": (
        Numeric(60, 40),
        st.decimals(allow_nan=False, places=40, min_value=-1, max_value=1),
    ),
    "text": (String(5), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)),
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


def test_a_date_outside_the_calendar_decodes_to_its_first_or_last_day() -> None:
    assert codec_for(Date()).decode("ffffff") == date.max
    assert codec_for(Date()).decode("000000") == date.min


@pytest.mark.parametrize("column_type", [Boolean(), Text(), String(201), Enum(Colour), Numeric()])
def test_a_type_without_codec_is_rejected(column_type: Any) -> None:
    with pytest.raises(UnsortableError):
        codec_for(column_type)
