"""The owner provider for tokens in the `Authorization` header."""

import logging

import jwt
from fastapi import HTTPException
from fastapi.requests import HTTPConnection
from fastapi.security import HTTPBearer

from .keys import ALGORITHMS, KeyFile

LEEWAY_SECONDS = 30
"""The tolerated difference between the clocks of the issuer and this server."""

_INVALID_TOKEN = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
"""The challenge of RFC 6750 for a token that is not accepted."""

_log = logging.getLogger(__name__)


class BearerToken:
    """Identifies the owner by the subject of a JWT, after verifying the token."""

    scheme = HTTPBearer(
        bearerFormat="JWT",
        description="A JWT of the identity provider, verified as RFC8725 recommends.",
        auto_error=False,
    )

    def __init__(self, *, issuer: str, audience: str, keys: KeyFile) -> None:
        """Accept the tokens that an issuer has signed for an audience."""
        self._issuer = issuer
        self._audience = audience
        self._keys = keys

    async def __call__(self, request: HTTPConnection) -> str | None:
        """Return the subject of the token; None if the request has no token.

        Raises:
            HTTPException: the token is not accepted.
        """
        credentials = await self.scheme(request)
        if credentials is None:
            return None
        try:
            return self._subject(credentials.credentials)
        except jwt.PyJWTError as error:
            _log.info("the token is not accepted: %s", type(error).__name__)
            raise HTTPException(401, headers=_INVALID_TOKEN) from error

    def _subject(self, token: str) -> str:
        key = self._keys.get(jwt.get_unverified_header(token).get("kid", ""))
        if key is None:
            raise jwt.InvalidKeyError
        claims = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            issuer=self._issuer,
            audience=self._audience,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "aud", "exp", "sub"], "enforce_minimum_key_length": True},
        )
        subject: str = claims["sub"]
        return subject
