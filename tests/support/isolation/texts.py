"""Simple texts that match the schema of a string, for example a pattern."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import characters, from_regex

from tests.support.private_values import PLANTED

WORDS = tuple(f"{word}{number}" for number in range(4) for word in ("seen", PLANTED))
NUMBERS = ("1", "2", "0.5", "0.1", "10.25", "0")
FORMATS: Mapping[str, Sequence[str]] = {
    "date": ("2026-01-01", "2026-06-30", "2026-12-31"),
    "date-time": ("2026-01-01T00:00:00Z", "2026-06-30T12:00:00Z", "2026-12-31T00:00:00Z"),
    "time": ("08:00:00Z", "12:30:00Z"),
    "duration": ("PT1H", "P1D"),
    "email": ("one@example.com", "two@example.com"),
    "hostname": ("one.example.com", "two.example.com"),
    "ipv4": ("192.0.2.1", "192.0.2.2"),
    "ipv6": ("2001:db8::1", "2001:db8::2"),
    "uri": ("https://example.com/1", "https://example.com/2"),
}
_IN_FORMATS = [text for texts in FORMATS.values() for text in texts]


def texts_of(schema: Mapping[str, Any]) -> list[str]:
    """Return texts that match a schema: words if it admits them, else what its format or pattern admits."""
    groups = [FORMATS[schema["format"]]] if schema.get("format") in FORMATS else [WORDS, NUMBERS, _IN_FORMATS]
    simple = (_matching(group, schema) for group in groups)
    return next(filter(None, simple), None) or _matching(_generated(schema.get("pattern", "")), schema)


def _matching(texts: Iterable[str], schema: Mapping[str, Any]) -> list[str]:
    """Return the texts, cut or padded to the length that a schema requires, that match it."""
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 100)
    matches = re.compile(_python_pattern(schema.get("pattern", ""))).search
    sized = (text[max(0, len(text) - longest) :].rjust(shortest, "x") for text in texts)
    return [text for text in dict.fromkeys(sized) if matches(text) and len(text) <= longest]


@lru_cache
def _generated(pattern: str) -> tuple[str, ...]:
    """Return texts that match a pattern, the same ones in every run."""
    texts = []

    @settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=50,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(from_regex(_python_pattern(pattern), alphabet=characters(codec="utf-8")))
    def generate(text: str) -> None:
        texts.append(text)

    generate()
    return tuple(texts)


def _python_pattern(pattern: str) -> str:
    """Return the same pattern for Python, where `$` would admit a line break after the text."""
    return re.sub(r"(?<!\\)\$$", r"\\Z", pattern)
