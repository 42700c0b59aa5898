"""Patterns that everyone reads alike, and those that are refused."""

import pytest

from routers.schemas.field_formats import DATE, ONE_LINE, TEXT, TIMESTAMP
from routers.schemas.patterns import is_portable_pattern


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            DATE,
            ONE_LINE,
            TEXT,
            TIMESTAMP,
            "^[a-z]{1,255}$",
            "^(?:a|b)+$",
            "^[^@]+@[^@]+$",
            r"^\.$",
            "^a{2,}$",
        ),
        *("^#[0-9a-f]{6}$", "^(a)?$"),
    ],
)
def test_a_pattern_of_plain_parts_is_taken(pattern: str) -> None:
    assert is_portable_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"^\d$", r"^\w+$", r"^\S+$", "^[a-z]{1,300}$", r"^\p{L}$", r"^\bfoo", "^(?P<n>a)$", r"^\x{41}$"),
        *("^[a-z&&[^b]]+$", "(?=a)", "^.$", r"^[\d]$", "(?i)a"),
    ],
)
def test_what_some_engines_read_otherwise_is_not(pattern: str) -> None:
    assert not is_portable_pattern(pattern)
