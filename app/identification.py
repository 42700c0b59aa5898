"""Identify the owner of each request, with the configured owner provider."""

import asyncio
import contextlib
import time
from http import HTTPStatus

import structlog
from fastapi.requests import HTTPConnection
from fastapi.security.base import SecurityBase
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException

from app.owner import OwnerProvider, owner_error, owner_id, request_header, trusted_header
from routers import OwnerId, Unauthenticated, Unavailable

PROVIDER_SECONDS = 5.0
"""Maximum time for an owner provider to identify the owner of a request."""

WARNING_SECONDS = 60.0
"""Minimum time between two warnings of the same kind, so that requests cannot fill the log."""

_INVALID = "the owner provider returned an invalid owner; the request gets 401"
_UNAVAILABLE = "the owner provider is not available; the request gets 503"


class OwnerUnavailable(Unavailable):
    """503: the owner provider is not available."""

    detail = "The owner of the request cannot be identified at the moment. Try again."


class Identification:
    """Calls an owner provider, and checks what it returns."""

    def __init__(self, provider: OwnerProvider, seconds: float = PROVIDER_SECONDS) -> None:
        """Identify owners with a provider that has this time for each request."""
        self._provider = provider
        self._seconds = seconds
        # The trusted header neither waits nor raises: without a timer, a request costs 4 µs less.
        self._name_of = provider if provider is trusted_header else self._call_provider
        header = request_header(provider.scheme)
        self._header = header.lower().encode()
        self._repeated = f"The request has several `{header}` headers: send one."
        self._challenge = _challenge(provider.scheme.make_not_authenticated_error()) or "Owner"
        self._silent_until: dict[str, float] = {}

    async def owner_of(self, request: HTTPConnection) -> OwnerId:
        """Return the owner of a request.

        Raises:
            Unauthenticated: the request has no owner, or not a valid one.
            OwnerUnavailable: the provider is not available.
            TypeError: the provider returned neither a text nor None.
        """
        name = await self._name_of(request)
        if self._has_repeated_header(request):
            raise self._unauthenticated(detail=self._repeated)
        if name is None:
            raise self._unauthenticated()
        if not isinstance(name, str):
            raise TypeError(f"The owner provider must return a str or None, not {type(name).__name__}.")
        owner = owner_id(name)
        if owner is None:
            reason = owner_error(name)
            self._warn(_INVALID, reason, request)
            raise self._unauthenticated(detail=f"The owner of the request is not valid. {reason}")
        return owner

    def _has_repeated_header(self, request: HTTPConnection) -> bool:
        """Check whether the header with the credentials is repeated: programs read different ones of them."""
        return [name for name, _ in request.scope["headers"]].count(self._header) > 1

    async def _call_provider(self, request: HTTPConnection) -> str | None:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._provider(request)
        except HTTPException as error:
            if error.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise self._unauthenticated(error) from error
            self._warn(_UNAVAILABLE, f"It raised HTTPException {error.status_code}.", request)
            raise OwnerUnavailable from error
        except TimeoutError as error:
            self._warn(_UNAVAILABLE, "It did not respond in time.", request)
            raise OwnerUnavailable from error

    def _unauthenticated(
        self, error: HTTPException | None = None, detail: str | None = None
    ) -> Unauthenticated:
        """Return the 401 with the challenge of an exception of the provider, or with that of its scheme."""
        challenge = _challenge(error) if error else None
        return Unauthenticated(detail, headers={"WWW-Authenticate": challenge or self._challenge})

    def _warn(self, event: str, reason: str, request: HTTPConnection) -> None:
        now = time.monotonic()
        if now < self._silent_until.get(event, now):
            return
        self._silent_until[event] = now + WARNING_SECONDS
        # A closed log must not prevent the response.
        with contextlib.suppress(OSError):
            structlog.get_logger().warning(event, reason=reason, request_id=request.scope["request_id"])


def _challenge(error: HTTPException) -> str | None:
    return Headers(error.headers or {}).get("www-authenticate")


class CurrentOwner(SecurityBase):
    """The FastAPI dependency that identifies the owner of a request.

    Attributes:
        scheme_name: The name in the OpenAPI document, for every provider: clients have it in their code.
        model: The default; `create_app` documents the scheme of the configured provider.
    """

    scheme_name = "owner"
    model = trusted_header.scheme.model

    async def __call__(self, request: HTTPConnection) -> OwnerId:
        """Return the owner.

        Raises:
            Unauthenticated: the request has no valid owner.
            OwnerUnavailable: the owner cannot be identified at the moment.
        """
        identification: Identification = request.app.state.identification
        return await identification.owner_of(request)


current_owner = CurrentOwner()
