"""How a cursor carries the value of a sort column."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Boolean, DateTime, String, Text

from routers.keys import UnsortableError, key_of

TEXT = key_of(String(5))
TIME = key_of(DateTime(timezone=True))


@given(st.from_regex(TEXT.pattern, fullmatch=True))
def test_every_text_of_the_pattern_is_a_text_that_postgresql_holds(text: str) -> None:
    value = TEXT.decode(text)
    assert "\0" not in value
    value.encode()


@given(st.from_regex(TIME.pattern, fullmatch=True))
def test_every_text_of_the_pattern_is_a_time(text: str) -> None:
    assert TIME.encode(TIME.decode(text)) == text


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5))
def test_a_text_comes_back_as_it_was(value: str) -> None:
    text = TEXT.encode(value)
    assert re.fullmatch(TEXT.pattern, text)
    assert len(text) <= TEXT.longest
    assert TEXT.decode(text) == value


@pytest.mark.parametrize("kind", [Boolean(), Text(), String(201)])
def test_a_type_without_such_an_order_is_refused(kind: Boolean | Text | String) -> None:
    with pytest.raises(UnsortableError):
        key_of(kind)
