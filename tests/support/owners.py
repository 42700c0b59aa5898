"""Owner providers of the tests."""

from fastapi.requests import HTTPConnection

KNOWN = frozenset({"fuzzer", "alice", "bob"})


async def known_only(request: HTTPConnection) -> str | None:
    """Trust `X-User-ID`, but only for known owners."""
    name = request.headers.get("x-user-id")
    return name if name in KNOWN else None


known_only.challenge = "Known"  # type: ignore[attr-defined]


async def broken(_request: HTTPConnection) -> str | None:
    """Fail."""
    raise ZeroDivisionError
