"""How a cursor carries the value of a sort column."""

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


def key(kind: Any) -> CursorCodec:
    return codec_of(Column("x", kind))


TEXT = key(String(5))
BEGINNING = datetime(900, 1, 1, tzinfo=UTC)
EXACT = {
    "time": (
        DateTime(timezone=True),
        st.integers(0, 2**56 - 1).map(lambda count: BEGINNING + timedelta(microseconds=count)),
    ),
    "date": (Date(), st.dates()),
    "small": (SmallInteger(), st.integers(-(2**15), 2**15 - 1)),
    "whole": (Integer(), st.integers(-(2**31), 2**31 - 1)),
    "big": (BigInteger(), st.integers(-(2**63), 2**63 - 1)),
    "float": (Double(), st.floats(allow_nan=False)),
    "decimal": (Numeric(8, 2), st.decimals(Decimal("-999999.99"), Decimal("999999.99"), places=2)),
    "long": (Numeric(60, 40), st.decimals(allow_nan=False, places=40, min_value=-1, max_value=1)),
    "text": (String(5), st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)),
}


@pytest.mark.parametrize(("kind", "values"), EXACT.values(), ids=EXACT)
@given(data=st.data())
def test_a_value_comes_back_as_it_was(kind: Any, values: st.SearchStrategy[Any], data: st.DataObject) -> None:
    value, of_kind = data.draw(values), key(kind)
    text = of_kind.encode(value)
    assert re.fullmatch(of_kind.pattern, text)
    assert len(text) <= of_kind.max_length
    assert of_kind.decode(text) == value


@pytest.mark.parametrize("kind", [kind for kind, _ in EXACT.values()], ids=EXACT)
@given(data=st.data())
def test_every_text_of_the_pattern_is_a_value_that_has_a_text(kind: Any, data: st.DataObject) -> None:
    of_kind = key(kind)
    value = of_kind.decode(data.draw(st.from_regex(of_kind.pattern, fullmatch=True)))
    again = of_kind.decode(of_kind.encode(value))
    assert again == value or again != again  # noqa: PLR0124 # NaN, which PostgreSQL puts last


@given(st.from_regex(TEXT.pattern, fullmatch=True))
def test_every_text_of_the_pattern_is_a_text_that_postgresql_holds(text: str) -> None:
    value = TEXT.decode(text)
    assert "\0" not in value
    value.encode()


def test_a_date_beyond_the_calendar_is_its_end() -> None:
    assert key(Date()).decode("ffffff") == date.max
    assert key(Date()).decode("000000") == date.min


@pytest.mark.parametrize("kind", [Boolean(), Text(), String(201), Enum(Colour), Numeric()])
def test_a_type_without_such_an_order_is_refused(kind: Any) -> None:
    with pytest.raises(UnsortableError):
        key(kind)
