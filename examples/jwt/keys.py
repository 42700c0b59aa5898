"""The public keys of an identity provider."""

import logging
from pathlib import Path

from jwt import PyJWK, PyJWKSet, PyJWTError

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""The algorithms of tokens: asymmetric ones only, so that no public key can be the secret of an HMAC."""

_UNUSABLE = (OSError, PyJWTError, ValueError, AttributeError)
"""The errors of a file that cannot be used; PyJWT raises the last one for JSON that is not an object."""

_log = logging.getLogger(__name__)


class KeyFile:
    """A file with public keys in the format JWKS (RFC 7517), read again when it changes."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            OSError: the file cannot be read.
            ValueError, PyJWTError, AttributeError: it has no key for one of `ALGORITHMS`.
        """
        self._path = path
        self._version = self._current_version()
        self._keys = _read_keys(path)

    def get(self, key_id: str) -> PyJWK | None:
        """Return the key with this id."""
        version = self._current_version()
        if version != self._version:
            self._version = version
            self._read_again()
        return self._keys.get(key_id)

    def _current_version(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _read_again(self) -> None:
        try:
            self._keys = _read_keys(self._path)
        except _UNUSABLE as error:
            _log.warning("the keys are not read again, the previous ones remain: %s", error)
        else:
            _log.info("the keys are read again: %s", ", ".join(self._keys))


def _read_keys(path: Path) -> dict[str, PyJWK]:
    """Return the keys for signatures by their ids; a key without an id is not used."""
    keys = {
        key.key_id: key
        for key in PyJWKSet.from_json(path.read_text("utf-8")).keys
        if isinstance(key.key_id, str)
        and key.algorithm_name in ALGORITHMS
        and key.public_key_use in (None, "sig")
    }
    if not keys:
        raise ValueError(f"{path} has no key with a kid for {', '.join(ALGORITHMS)}.")
    return keys
