"""Which patterns mean the same in JSON Schema, JavaScript, Pydantic and PostgreSQL."""

import pytest

from routers.schemas.field_formats import DATE, ONE_LINE, TEXT, TIMESTAMP
from routers.schemas.patterns import is_portable_pattern


@pytest.mark.parametrize(
    "pattern",
    [
        *(DATE, ONE_LINE, TEXT, TIMESTAMP, "^[a-z]{1,255}$", "^(?:a|b)+$", "^[^@]+@[^@]+$", r"^\.$"),
        *("^a{2,}$", "^#[0-9a-f]{6}$", "^(a)?$"),
    ],
)
def test_a_pattern_that_every_engine_reads_alike_is_portable(pattern: str) -> None:
    assert is_portable_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *(r"^\d$", r"^\w+$", r"^\S+$", "^[a-z]{1,300}$", r"^\p{L}$", r"^\bfoo", "^(?P<n>a)$", r"^\x{41}$"),
        *("^[a-z&&[^b]]+$", "(?=a)", "^.$", r"^[\d]$", "(?i)a"),
    ],
)
def test_a_pattern_that_engines_read_differently_is_not_portable(pattern: str) -> None:
    assert not is_portable_pattern(pattern)
