"""Which patterns mean the same to JSON Schema, JavaScript, Pydantic and PostgreSQL."""

import re

PLAIN_PATTERNS = (
    "write classes as ranges like [0-9], groups as (?:...), no dot, no look-around, counts up to 255"
)
"""What to do about one that does not, for an error's sentence."""

_ESCAPED = r"\\(?:[\\^$.|?*+()\[\]{}/\-nrt]|u[0-9a-fA-F]{4})"
_CLASS = rf"\[\^?(?:{_ESCAPED}|[^\[\]\\&])+\]"
_COUNT = r"\{(?:1?\d?\d|2[0-4]\d|25[0-5])(?:,(?:1?\d?\d|2[0-4]\d|25[0-5])?)?\}"
_PART = re.compile(rf"{_ESCAPED}|{_CLASS}|{_COUNT}|\(\?:|\((?!\?)|[^\[\]\\.{{}}(]", re.ASCII)


def is_plain_pattern(pattern: str) -> bool:
    """Whether a pattern is made of such parts alone, and of nothing that some engines read otherwise."""
    return _PART.sub("", pattern) == ""
