"""Shorten requests and responses in the messages of tests."""

MAX_LENGTH = 300


def shortened(text: str, max_length: int = MAX_LENGTH) -> str:
    """Return a text without its middle if it is too long."""
    if len(text) <= max_length:
        return text
    half = max_length // 2
    return f"{text[:half]} ... ({len(text):,} characters) ... {text[-half:]}"


def shortened_lines(text: str, max_length: int) -> str:
    """Return the last lines of a text, each shortened; together they have about `max_length` characters."""
    return "\n".join(map(shortened, text.splitlines()))[-max_length:]


def difference(first: str, second: str, context: int = 80) -> tuple[str, str]:
    """Return the parts of two texts that differ, shortened, with some of the text before them."""
    pairs = enumerate(zip(first, second, strict=False))
    start = next((place for place, (one, other) in pairs if one != other), min(len(first), len(second)))
    start = max(0, start - context)
    return shortened(first[start:]), shortened(second[start:])
