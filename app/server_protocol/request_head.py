"""Check the head of a request for what the parser does not check."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from app.server_protocol.problems import MalformedRequest

Fields = Sequence[tuple[bytes, bytes]]
"""Headers, with their names in lower case."""

_VERSIONS = frozenset({"1.0", "1.1"})
_UNIQUE_FIELDS = frozenset({b"host", b"content-length", b"transfer-encoding"})


def check_head(url: bytes, headers: Fields, version: str) -> None:
    """Check a head that llhttp has accepted.

    Raises:
        MalformedRequest: the target, or the end of the body, is ambiguous.
    """
    fields = dict(headers)
    coding = fields.get(b"transfer-encoding")
    if (
        version not in _VERSIONS
        or (b"host" not in fields and version == "1.1")
        or (len(fields) < len(headers) and _repeats_a_field(headers))
        or (coding is not None and (version == "1.0" or coding.rstrip(b" \t").lower() != b"chunked"))
        or (not url.startswith(b"/") and not _is_absolute(url, fields))
    ):
        raise MalformedRequest


def head_size(url: bytes, headers: Fields) -> int:
    """Return the approximate size of a head in bytes."""
    return len(url) + sum(map(len, chain.from_iterable(headers))) + len(": \r\n") * len(headers)


def _repeats_a_field(headers: Fields) -> bool:
    counts = Counter(name for name, _ in headers)
    return any(counts[name] > 1 for name in _UNIQUE_FIELDS)


def _is_absolute(url: bytes, fields: dict[bytes, bytes]) -> bool:
    """Check whether the target is an absolute URL on the host of the `Host` header."""
    scheme, _, rest = url.partition(b"://")
    authority = rest.partition(b"/")[0].lower()
    host = fields.get(b"host", authority).rstrip(b" \t").lower()
    return scheme.lower() in {b"http", b"https"} and authority == host
