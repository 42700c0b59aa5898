"""The owner provider with the configuration of the environment: `examples.jwt.provider:bearer_token`."""

import os
from pathlib import Path

from .keys import KeyFile
from .tokens import BearerToken


def _setting(name: str, meaning: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ValueError(f"{name} is not set: set it to {meaning}")
    return value


bearer_token = BearerToken(
    issuer=_setting("JWT_ISSUER", "the `iss` of the tokens"),
    audience=_setting("JWT_AUDIENCE", "the `aud` of the tokens for this API"),
    keys=KeyFile(Path(_setting("JWT_KEYS", "the path of the JWKS file with the issuer's public keys"))),
)
