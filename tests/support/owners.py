"""Owner providers of the tests."""

import structlog
from fastapi.requests import HTTPConnection

from app.owner import trusted_header

KNOWN = frozenset({"fuzzer", "alice", "bob"})


async def known_only(request: HTTPConnection) -> str | None:
    """Trust `X-User-ID`, but only for known owners."""
    name = request.headers.get("x-user-id")
    return name if name in KNOWN else None


known_only.challenge = "Known"  # type: ignore[attr-defined]


async def broken(_request: HTTPConnection) -> str | None:
    """Fail."""
    raise ZeroDivisionError


async def logged(request: HTTPConnection) -> str | None:
    """Trust `X-User-ID`, and log the headers that a gateway has to set or remove."""
    names = {"x-user-id", "authorization", "upgrade"}
    fields = [[name, value] for name, value in request.headers.items() if name.replace("_", "-") in names]
    structlog.get_logger().info("headers", fields=fields, request_id=request.scope["request_id"])
    return await trusted_header(request)
