"""Search the logs of the whole suite for private values that its tests plant in requests and rows."""

import re
from collections.abc import Iterable

PLANTED = "planted"
"""The word in credentials, titles and descriptions that no log may contain."""

_PRIVATE = re.compile(rf"\b(?:alice|ann|bob|fuzzer|intruder|witness)\b|{PLANTED}", re.IGNORECASE)
_GREETING = re.compile(r"\n  Serving  .*?  Press Ctrl-C to stop\.\n", re.DOTALL)
"""What `todo serve` prints at start, with an example for an owner."""


def private_lines(text: str) -> list[str]:
    """Return the lines of a log that contain an owner, a credential or a text of a row."""
    return [line for line in _GREETING.sub("", text).splitlines() if _PRIVATE.search(line)]


def check_logs(logs: Iterable[str]) -> None:
    """Fail if a log contains a private value."""
    for log in logs:
        lines = private_lines(log)
        assert not lines, "The log contains private values:\n" + "\n".join(lines)
