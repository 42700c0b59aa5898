"""An identity provider that issues JWTs."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ISSUER = "https://login.example.com/"
AUDIENCE = "https://todo.example.com"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


class Issuer:
    """An identity provider with a file of its public keys.

    Attributes:
        file: The file, in the format JWKS.
        keys: The private keys by their ids, each with its algorithm.
    """

    def __init__(self, directory: Path) -> None:
        """Publish a key of each kind."""
        self.file = directory / "keys.json"
        self.keys: dict[str, tuple[PrivateKey, str]] = {
            "rsa": (rsa_key(), "RS256"),
            "ec": (ec_key(), "ES256"),
            "ed": (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
        }
        self.publish(*self.keys)

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a server that accepts the tokens."""
        return {
            "TODO_OWNER_PROVIDER": "examples.jwt.provider:bearer_token",
            "JWT_ISSUER": ISSUER,
            "JWT_AUDIENCE": AUDIENCE,
            "JWT_KEYS": str(self.file),
        }

    def publish(self, *key_ids: str) -> None:
        """Replace the file by one with these keys."""
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps({"keys": [self._public(key_id) for key_id in key_ids]}))
        new.replace(self.file)

    def _public(self, key_id: str) -> dict[str, Any]:
        key, algorithm = self.keys[key_id]
        public: dict[str, Any] = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
        return {**public, "kid": key_id, "use": "sig", "alg": algorithm}

    def pem(self, key_id: str) -> bytes:
        """Return a public key in the format PEM."""
        public = self.keys[key_id][0].public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def token(
        self,
        key_id: str = "ec",
        *,
        header: Mapping[str, Any] | None = None,
        key: PrivateKey | None = None,
        algorithm: str | None = None,
        **claims: Any,
    ) -> str:
        """Return a token; an argument that is None leaves out the claim, or the member of the header."""
        known_key, known_algorithm = self.keys[key_id]
        members = {"kid": key_id, **(header or {})}
        return jwt.encode(
            valid_claims(**claims),
            key or known_key,
            algorithm=algorithm or known_algorithm,
            headers={name: value for name, value in members.items() if value is not None},
        )


def valid_claims(**changes: Any) -> dict[str, Any]:
    """Return the claims of a valid token with changes; None leaves out a claim."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "alice", "iat": now, "exp": now + 300, **changes}
    return {name: value for name, value in claims.items() if value is not None}


def signed_by_hmac(header: Mapping[str, Any], secret: bytes) -> str:
    """Return a token with valid claims that is signed by an HMAC, with a secret that PyJWT would not take."""
    signed = b".".join(map(_encoded, (header, valid_claims())))
    return b".".join((signed, _base64(hmac.digest(secret, signed, hashlib.sha256)))).decode()


def unsigned(header: Mapping[str, Any]) -> str:
    """Return a token with valid claims and an empty signature."""
    return b".".join((*map(_encoded, (header, valid_claims())), b"")).decode()


def _encoded(value: Mapping[str, Any]) -> bytes:
    return _base64(json.dumps(value).encode())


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
