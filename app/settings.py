"""The settings, read from the environment with `.env` below it, each mistake told in one sentence."""

import os
import re
from collections.abc import Iterator
from importlib import import_module
from inspect import getattr_static, iscoroutinefunction
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app import Refused
from app.owner import OwnerProvider

PREFIX = "TODO_"
TRUSTED_HEADER = "app.owner:trusted_header"

POOL_SIZE = 10
"""Connections to the database that a worker may have, unless said otherwise."""

# What is compared with the header `Origin` letter by letter: any other spelling would never match.
_ORIGIN = re.compile(
    r"(?!http:.*:80$|https:.*:443$)https?://(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?"
)


class SettingsError(Refused):
    """A setting that stops the start; the message names it and says how to mend it."""


class Settings(BaseSettings):
    """What can be set, each by an environment variable or a line in `.env`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[str | None, Field(validation_alias="DATABASE_URL")] = None
    database_url_unpooled: Annotated[str | None, Field(validation_alias="DATABASE_URL_UNPOOLED")] = None
    host: Annotated[str, Field(validation_alias="TODO_HOST", min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(validation_alias="TODO_PORT", ge=1, le=65535)] = 8000
    workers: Annotated[int, Field(validation_alias="TODO_WORKERS", ge=1, le=64)] = 1
    pool_size: Annotated[int, Field(validation_alias="TODO_POOL_SIZE", ge=1, le=100)] = POOL_SIZE
    data_dir: Annotated[Path | None, Field(validation_alias="TODO_DATA_DIR")] = None
    owner_provider: Annotated[str | None, Field(validation_alias="TODO_OWNER_PROVIDER", min_length=1)] = None
    cors_origins: Annotated[tuple[str, ...], NoDecode, Field(validation_alias="TODO_CORS_ORIGINS")] = ()
    max_body_bytes: Annotated[
        int, Field(validation_alias="TODO_MAX_BODY_BYTES", ge=1024, le=64 * 1024 * 1024)
    ] = 64 * 1024
    log_format: Annotated[Literal["console", "json"], Field(validation_alias="TODO_LOG_FORMAT")] = "console"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(validation_alias="TODO_LOG_LEVEL")
    ] = "info"

    @field_validator("database_url", "database_url_unpooled")
    @classmethod
    def _postgresql(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            url = make_url(value)
        except ArgumentError:
            raise ValueError("must look like postgresql://user:password@host/database") from None
        if url.drivername not in {"postgresql", "postgres"}:
            raise ValueError("must begin with postgresql:// (as Neon's console shows it)")
        try:
            conninfo_to_dict(value)
        except ProgrammingError:
            raise ValueError(
                "has a part that PostgreSQL does not know: compare it with the original"
            ) from None
        return value

    @field_validator("data_dir", mode="before")
    @classmethod
    def _somewhere(cls, value: object) -> object:
        if value == "":
            raise ValueError("must not be empty")
        return value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        origins = tuple(origin.strip() for origin in value.split(",") if origin.strip())
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    "must be origins like https://app.example.com, as browsers send them: in lower case, "
                    "without path or default port, with commas between"
                )
        return origins

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    def load_owner_provider(self) -> OwnerProvider:
        """Import the owner provider.

        Raises:
            SettingsError: there is no such thing, or it cannot be called.
        """
        path = self.owner_provider or TRUSTED_HEADER
        module, _, name = path.partition(":")
        try:
            provider: OwnerProvider = getattr(import_module(module), name)
        except Exception as error:  # whatever the module does while it is imported
            raise SettingsError(
                f"TODO_OWNER_PROVIDER: {path!r} cannot be imported ({error}); "
                f"it must look like package.module:function."
            ) from error
        if not any(map(iscoroutinefunction, (provider, getattr_static(type(provider), "__call__", None)))):
            raise SettingsError(f"TODO_OWNER_PROVIDER: {path!r} is not an async function.")
        return provider


def read_settings() -> Settings:
    """Read the settings and check them against each other.

    Raises:
        SettingsError: a value is bad, a name is unknown, or a choice is missing.
    """
    for name in _names():
        if name.startswith(PREFIX) and name not in _KNOWN:
            raise SettingsError(f"{name} is not a setting; known are {', '.join(sorted(_KNOWN))}.")
    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError(" ".join(_sentences(error))) from None
    if settings.database_url_unpooled and not settings.database_url:
        raise SettingsError("DATABASE_URL_UNPOOLED is set without DATABASE_URL: set both, or neither.")
    if settings.database_url and not settings.owner_provider:
        raise SettingsError(
            "TODO_OWNER_PROVIDER is not set, and with DATABASE_URL it must be: this version does not "
            f"authenticate. Set it to {TRUSTED_HEADER} if a gateway in front sets X-User-ID and lets "
            "nobody else do so, or to a provider of your own."
        )
    if not settings.loopback and not settings.owner_provider:
        raise SettingsError(
            f"TODO_OWNER_PROVIDER is not set, and with TODO_HOST={settings.host} others can reach this "
            f"server and would be believed: set it to {TRUSTED_HEADER} if a gateway in front sets "
            "X-User-ID, or leave TODO_HOST at 127.0.0.1."
        )
    return settings


_KNOWN = frozenset(str(field.validation_alias) for field in Settings.model_fields.values())


def _names() -> Iterator[str]:
    """The names of all variables; upper case, as Settings reads them."""
    try:
        dotenv = dotenv_values(".env")
    except UnicodeDecodeError as error:
        raise SettingsError(".env is not UTF-8 text: save it as such.") from error
    yield from (name.upper() for name in (*os.environ, *dotenv))


def _sentences(error: ValidationError) -> Iterator[str]:
    for mistake in error.errors(include_input=False, include_url=False):
        reason = mistake["msg"].removeprefix("Value error, ").removeprefix("Input ").removeprefix("String ")
        yield f"{mistake['loc'][0]} {reason}."
