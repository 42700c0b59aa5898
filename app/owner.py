"""The owner of a request: the extension point for authentication."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi.requests import HTTPConnection
from fastapi.security import APIKeyHeader

from routers import OwnerId, Unauthenticated

OwnerProvider = Callable[[HTTPConnection], Awaitable[str | None]]
"""An async function that returns the owner of a request, or None if it has none.

`TODO_OWNER_PROVIDER` is its import path, `package.module:function`. An attribute `challenge` of the function
is the value of `WWW-Authenticate` in a 401; the default is `OwnerHeader`.
"""

OWNER_FORMAT = "1 to 64 characters of `A-Z a-z 0-9 . _ : | @ -`"

_OWNER = re.compile(r"[A-Za-z0-9._:|@-]{1,64}")


async def trusted_header(request: HTTPConnection) -> str | None:
    """Trust the header `X-User-ID`. A gateway in front must set it, and reject the client's own."""
    values = request.headers.getlist("x-user-id")
    return values[0].strip(" \t") if len(values) == 1 else None


def owner_id(text: str | None) -> OwnerId | None:
    """Return a text as an owner, or None if it is not a valid one; nothing else creates an `OwnerId`."""
    return OwnerId(text) if text is not None and _OWNER.fullmatch(text) else None


class CurrentOwner(APIKeyHeader):
    """The FastAPI dependency that calls the owner provider."""

    def __init__(self) -> None:
        """Document the security scheme `owner` in OpenAPI."""
        super().__init__(
            name="X-User-ID",
            scheme_name="owner",
            description=f"The owner of the request: {OWNER_FORMAT}.",
            auto_error=False,
        )

    async def __call__(self, request: HTTPConnection) -> Any:
        """Return the owner.

        Raises:
            Unauthenticated: the provider returns none, or not a valid one.
        """
        provider: OwnerProvider = request.app.state.owner_provider
        owner = owner_id(await provider(request))
        if owner is None:
            challenge = getattr(provider, "challenge", "OwnerHeader")
            raise Unauthenticated(headers={"WWW-Authenticate": challenge})
        return owner


current_owner = CurrentOwner()
