"""Owner providers: the extension point for authentication."""

import re
from inspect import getattr_static, iscoroutinefunction
from typing import Protocol, runtime_checkable

from fastapi.openapi.models import APIKey, APIKeyIn, SecurityBase
from fastapi.requests import HTTPConnection
from fastapi.security import APIKeyHeader
from starlette.exceptions import HTTPException

from routers import MAX_OWNER_LENGTH, OwnerId

OWNER_FORMAT = f"1 to {MAX_OWNER_LENGTH} characters of `A-Z a-z 0-9 . _ : | @ + / = ~ -`"

_OWNER = re.compile(rf"[A-Za-z0-9._:|@+/=~-]{{1,{MAX_OWNER_LENGTH}}}")


@runtime_checkable
class SecurityScheme(Protocol):
    """An instance of a FastAPI security class, such as `HTTPBearer`."""

    @property
    def model(self) -> SecurityBase:
        """The security scheme, as OpenAPI describes it."""
        raise NotImplementedError

    def make_not_authenticated_error(self) -> HTTPException:
        """Return the 401 of a request without credentials, with its `WWW-Authenticate`."""
        raise NotImplementedError


class OwnerProvider(Protocol):
    """Identifies the owner of a request. `TODO_OWNER_PROVIDER` names an instance: `package.module:object`."""

    @property
    def scheme(self) -> SecurityScheme:
        """The security scheme, which the OpenAPI document calls `owner`."""
        raise NotImplementedError

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the owner, or None if the request has none (401).

        Raises:
            HTTPException: the request has no owner (401, with the `WWW-Authenticate` of the exception), or,
                with a status of 500 or more, the provider is not available (503).
        """


class OwnerHeader(APIKeyHeader):
    """The security scheme of the trusted header."""

    def make_not_authenticated_error(self) -> HTTPException:
        """Return the 401 of a request without the header."""
        return HTTPException(401, headers={"WWW-Authenticate": "OwnerHeader"})


class TrustedHeader:
    """Trusts the header `X-User-ID`. A gateway in front must set it, and reject the client's own."""

    scheme: APIKeyHeader = OwnerHeader(
        name="X-User-ID", description=f"The owner of the request: {OWNER_FORMAT}."
    )

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the value of the header; None if it is missing."""
        value = request.headers.get("x-user-id")
        return None if value is None else value.strip(" \t")


trusted_header = TrustedHeader()


def provider_error(provider: object) -> str | None:
    """Return why an object is no owner provider, and how to fix it; None if it is one."""
    if not iscoroutinefunction(getattr_static(type(provider), "__call__", None)):
        return "is not an instance of a class with an async method __call__: name an instance of such a class"
    scheme = getattr(provider, "scheme", None)
    if not isinstance(scheme, SecurityScheme):
        return "has no attribute scheme: set it to an instance of a FastAPI security class, e.g. HTTPBearer()"
    if isinstance(scheme.model, APIKey) and scheme.model.in_ is APIKeyIn.query:
        return "takes credentials from the URL, where many programs log them: use a header or a cookie"
    return None


def request_header(scheme: SecurityScheme) -> str:
    """Return the request header that contains the credentials of a scheme."""
    model = scheme.model
    if isinstance(model, APIKey):
        return model.name if model.in_ is APIKeyIn.header else "Cookie"
    return "Authorization"


def owner_id(text: str) -> OwnerId | None:
    """Return a text as an owner, or None if it is not a valid one; nothing else creates an `OwnerId`."""
    return OwnerId(text) if _OWNER.fullmatch(text) else None


def owner_error(text: str) -> str:
    """Return why a text is not a valid owner, without any part of it."""
    if not text:
        return f"It is empty; an owner has {OWNER_FORMAT}."
    if len(text) > MAX_OWNER_LENGTH:
        return f"It has {len(text)} characters; an owner has {OWNER_FORMAT}."
    invalid = next(character for character in text if not owner_id(character))
    return f"It contains {_kind(invalid)}; an owner has {OWNER_FORMAT}."


def _kind(character: str) -> str:
    if character.isspace():
        return "white space"
    if not character.isascii():
        return "a character outside ASCII"
    return "a character that is not allowed" if character.isprintable() else "a control character"
