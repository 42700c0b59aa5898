"""Pydantic, Python and PostgreSQL accept the same texts for a pattern."""

import re
from collections.abc import Iterator
from typing import Annotated

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field, TypeAdapter, ValidationError

from routers.schemas.field_formats import ONE_LINE, TEXT


def pydantic_accepts(pattern: str, text: str) -> bool:
    try:
        TypeAdapter(Annotated[str, Field(pattern=pattern)]).validate_python(text)
    except ValidationError:
        return False
    return True


def python_accepts(pattern: str, text: str) -> bool:
    return re.search(pattern.removesuffix("$") + r"\Z", text) is not None


@given(
    st.text(st.characters(codec="utf-8"), max_size=8) | st.text(" \u00a0\u3000\u2028\t\n\x85a", max_size=4)
)
@pytest.mark.parametrize("pattern", [ONE_LINE, TEXT])
def test_pydantic_and_python_accept_the_same_texts(pattern: str, text: str) -> None:
    assert pydantic_accepts(pattern, text) is python_accepts(pattern, text)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_postgresql_and_python_accept_the_same_lines(
    connection: "psycopg2.extensions.connection", text: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~ %s", (text, ONE_LINE))
        row = cursor.fetchone()
    assert row is not None
    assert row[0] is python_accepts(ONE_LINE, text)


@pytest.fixture(scope="module")
def connection(server_url: str) -> Iterator["psycopg2.extensions.connection"]:
    connection = psycopg2.connect(server_url)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("x", True),
        (" x ", True),
        ("", False),
        (" ", False),
        ("\u3000", False),
        ("a\u0085", False),
        ("\t", False),
    ],
)
def test_one_line_accepts_visible_text_without_control_characters(text: str, *, accepted: bool) -> None:
    assert pydantic_accepts(ONE_LINE, text) is accepted
