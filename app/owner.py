"""Whose request this is: the seam where authentication plugs in."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi.requests import HTTPConnection
from fastapi.security import APIKeyHeader

from routers import OwnerId, Unauthenticated

OwnerProvider = Callable[[HTTPConnection], Awaitable[str | None]]
"""Answers the name of the owner on whose behalf a request is made, or None for nobody.

`TODO_OWNER_PROVIDER` names one by its import path, `package.module:function`. An attribute `challenge`
on it is what a 401 says in `WWW-Authenticate`; without one that is `OwnerHeader`.
"""

_NAME = re.compile(r"[A-Za-z0-9._:|@-]{1,64}")


async def trusted_header(request: HTTPConnection) -> str | None:
    """Believe the header `X-User-ID`, as set by the gateway in front, which must not let others set it."""
    values = request.headers.getlist("x-user-id")
    return values[0].strip(" \t") if len(values) == 1 else None


class CurrentOwner(APIKeyHeader):
    """The FastAPI dependency that asks the configured provider; nothing else makes an `OwnerId`."""

    def __init__(self) -> None:
        """Describe itself in OpenAPI as the security scheme `owner`."""
        super().__init__(
            name="X-User-ID",
            scheme_name="owner",
            description="Whose rows to work on: 1 to 64 of A-Z a-z 0-9 . _ : | @ -",
            auto_error=False,
        )

    async def __call__(self, request: HTTPConnection) -> Any:
        """Answer the owner.

        Raises:
            Unauthenticated: the provider knows none, or answers no well-formed name.
        """
        provider: OwnerProvider = request.app.state.owner_provider
        name = await provider(request)
        if name is None or not _NAME.fullmatch(name):
            challenge = getattr(provider, "challenge", "OwnerHeader")
            raise Unauthenticated(headers={"WWW-Authenticate": challenge})
        return OwnerId(name)


current_owner = CurrentOwner()
