"""Owner providers of the tests."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import structlog
from fastapi import HTTPException
from fastapi.requests import HTTPConnection
from fastapi.security import APIKeyHeader

from app.owner import TrustedHeader

ClientOf = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
"""A function that opens a client of the application with an owner provider."""

KNOWN = frozenset({"fuzzer", "alice", "bob"})


class KnownHeader(APIKeyHeader):
    """The scheme of the trusted header with another challenge."""

    def make_not_authenticated_error(self) -> HTTPException:
        """Return a 401 with two challenges."""
        return HTTPException(401, headers={"WWW-Authenticate": 'Known, Basic realm="tests"'})


class KnownOnly(TrustedHeader):
    """Trusts `X-User-ID`, but only for known owners."""

    scheme = KnownHeader(name="X-User-ID")

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the value of the header if it is known."""
        name = request.headers.get("x-user-id")
        return name if name in KNOWN else None


known_only = KnownOnly()


class Credentials:
    """An owner provider that accepts any credentials of a scheme."""

    def __init__(self, scheme: Any) -> None:
        self.scheme: Any = scheme

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the same owner for all credentials."""
        return "alice" if await self.scheme(request) else None


class Broken(TrustedHeader):
    """Fails, in the way that `X-User-ID` names."""

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Fail."""
        way = request.headers["x-user-id"]
        if way == "hang":
            await asyncio.Event().wait()
        if way == "invalid":
            return "two words"
        if way == "number":
            return 5  # type: ignore[return-value] # the subject of tests
        if way.isdecimal():
            raise HTTPException(int(way), "planted", headers={"Set-Cookie": "planted"})
        raise ZeroDivisionError("division by zero")


broken = Broken()


class Logged(TrustedHeader):
    """Trusts `X-User-ID`, and logs the headers that a gateway has to set or remove."""

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the value of the header."""
        names = {"x-user-id", "authorization", "upgrade"}
        fields = [[name, value] for name, value in request.headers.items() if name.replace("_", "-") in names]
        structlog.get_logger().info("headers", fields=fields, request_id=request.scope["request_id"])
        return await super().__call__(request)


logged = Logged()
