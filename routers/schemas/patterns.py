"""Regular expressions with the same meaning in JSON Schema, JavaScript, Pydantic and PostgreSQL."""

import re

PATTERN_RULES = (
    "write classes as ranges like [0-9], groups as (?:...), no dot, no look-around, counts up to 255"
)
"""How to write such a pattern, for error messages."""

_ESCAPED = r"\\(?:[\\^$.|?*+()\[\]{}/\-nrt]|u[0-9a-fA-F]{4})"
_CLASS = rf"\[\^?(?:{_ESCAPED}|[^\[\]\\&])+\]"
_COUNT = r"\{(?:1?\d?\d|2[0-4]\d|25[0-5])(?:,(?:1?\d?\d|2[0-4]\d|25[0-5])?)?\}"
_PART = re.compile(rf"{_ESCAPED}|{_CLASS}|{_COUNT}|\(\?:|\((?!\?)|[^\[\]\\.{{}}(]", re.ASCII)


def is_portable_pattern(pattern: str) -> bool:
    """Check whether a pattern consists only of parts that every engine reads alike."""
    return _PART.sub("", pattern) == ""
