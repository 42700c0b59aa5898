"""An owner provider of the tests' own: it knows who there is."""

from fastapi.requests import HTTPConnection

KNOWN = frozenset({"fuzzer", "alice", "bob"})


async def known_only(request: HTTPConnection) -> str | None:
    name = request.headers.get("x-user-id")
    return name if name in KNOWN else None


known_only.challenge = "Known"  # type: ignore[attr-defined]


async def broken(_request: HTTPConnection) -> str | None:
    raise ZeroDivisionError
