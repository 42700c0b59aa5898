"""Settings from the environment and `.env`. Every error is one sentence that says how to fix it."""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from dotenv import dotenv_values
from pydantic import (
    Field,
    ImportString,
    PrivateAttr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app import CommandError
from app.database_url import ignored_parameters, validate_database_url
from app.limits import Limits
from app.owner import OwnerProvider, provider_error, trusted_header
from routers import root_path_error

PREFIX = "TODO_"
TRUSTED_HEADER = "app.owner:trusted_header"

POOL_SIZE = 10
"""The default number of database connections per worker."""

# The header `Origin` is compared character by character, so another spelling would never match.
_ORIGIN = re.compile(
    r"(?!http:.*:80$|https:.*:443$)https?://(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?"
)


class SettingsError(CommandError):
    """An invalid setting; the message names it and says how to fix it."""


class Settings(BaseSettings):
    """The settings, each an environment variable or a line in `.env`."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[str | None, Field(validation_alias="DATABASE_URL")] = None
    database_url_unpooled: Annotated[str | None, Field(validation_alias="DATABASE_URL_UNPOOLED")] = None
    host: Annotated[str, Field(validation_alias="TODO_HOST", min_length=1)] = "127.0.0.1"
    port: Annotated[int, Field(validation_alias="TODO_PORT", ge=1, le=65535)] = 8000
    platform_port: Annotated[int | None, Field(validation_alias="PORT", ge=1, le=65535)] = None
    root_path: Annotated[str, Field(validation_alias="TODO_ROOT_PATH")] = ""
    workers: Annotated[int, Field(validation_alias="TODO_WORKERS", ge=1, le=64)] = 1
    shutdown_delay: Annotated[float, Field(validation_alias="TODO_SHUTDOWN_DELAY", ge=0, le=300)] = 0.0
    pool_size: Annotated[int, Field(validation_alias="TODO_POOL_SIZE", ge=1, le=100)] = POOL_SIZE
    data_dir: Annotated[Path | None, Field(validation_alias="TODO_DATA_DIR")] = None
    owner_provider: Annotated[ImportString[Any] | None, Field(validation_alias="TODO_OWNER_PROVIDER")] = None
    cors_origins: Annotated[tuple[str, ...], NoDecode, Field(validation_alias="TODO_CORS_ORIGINS")] = ()
    max_body_bytes: Annotated[
        int, Field(validation_alias="TODO_MAX_BODY_BYTES", ge=1024, le=64 * 1024 * 1024)
    ] = 64 * 1024
    max_head_bytes: Annotated[int, Field(validation_alias="TODO_MAX_HEAD_BYTES", ge=1024, le=1024 * 1024)] = (
        64 * 1024
    )
    head_timeout: Annotated[float, Field(validation_alias="TODO_HEAD_TIMEOUT", ge=0.1, le=3600)] = (
        Limits().head_timeout
    )
    body_timeout: Annotated[float, Field(validation_alias="TODO_BODY_TIMEOUT", ge=0.1, le=3600)] = (
        Limits().body_timeout
    )
    send_timeout: Annotated[float, Field(validation_alias="TODO_SEND_TIMEOUT", ge=0.1, le=3600)] = (
        Limits().send_timeout
    )
    idle_timeout: Annotated[float, Field(validation_alias="TODO_IDLE_TIMEOUT", ge=0.1, le=86400)] = (
        Limits().idle_timeout
    )
    max_connections: Annotated[
        int | None, Field(validation_alias="TODO_MAX_CONNECTIONS", ge=1, le=1_000_000)
    ] = None
    metrics_host: Annotated[str, Field(validation_alias="TODO_METRICS_HOST", min_length=1)] = "127.0.0.1"
    metrics_port: Annotated[int | None, Field(validation_alias="TODO_METRICS_PORT", ge=1, le=65535)] = None
    log_format: Annotated[Literal["console", "json"], Field(validation_alias="TODO_LOG_FORMAT")] = "console"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Field(validation_alias="TODO_LOG_LEVEL")
    ] = "info"

    _ignored: dict[str, dict[str, str]] = PrivateAttr(default_factory=dict)

    @field_validator("database_url", "database_url_unpooled")
    @classmethod
    def _check_url(cls, value: str | None) -> str | None:
        if value is not None:
            validate_database_url(value)
        return value

    @field_validator("root_path")
    @classmethod
    def _check_root_path(cls, value: str) -> str:
        if sentence := root_path_error(value):
            raise ValueError(sentence)
        return value

    @field_validator("data_dir", mode="before")
    @classmethod
    def _check_data_dir(cls, value: object) -> object:
        if value == "":
            raise ValueError("must not be empty")
        return value

    @field_validator("owner_provider", mode="wrap")
    @classmethod
    def _import_provider(cls, value: object, handler: ValidatorFunctionWrapHandler) -> object:
        if value is None:
            return None
        try:
            provider = handler(value)
        except Exception as error:  # the imported module may raise anything
            reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
            raise ValueError(
                f"{value!r} cannot be imported ({reason}); it must look like package.module:object"
            ) from error
        if sentence := provider_error(provider):
            raise ValueError(f"{value!r} {sentence}")
        return provider

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        origins = tuple(origin.strip() for origin in value.split(",") if origin.strip())
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    "must be origins like https://app.example.com, as browsers send them: lower case, "
                    "without path or default port, separated by commas"
                )
        return origins

    @model_validator(mode="after")
    def _drop_ignored_parameters(self) -> Self:
        for name in ("database_url", "database_url_unpooled"):
            if url := getattr(self, name):
                self._ignored[name.upper()] = ignored_parameters(url)
                setattr(self, name, validate_database_url(url))
        return self

    # Not an alias of `port`: PORT in the environment would override TODO_PORT in `.env`.
    @model_validator(mode="after")
    def _use_platform_port(self) -> Self:
        if self.platform_port is not None and "port" not in self.model_fields_set:
            self.port = self.platform_port
        return self

    @property
    def ignored(self) -> Mapping[str, Mapping[str, str]]:
        """The parameters of database URLs that are ignored, with the reasons, by setting."""
        return self._ignored

    @property
    def provider(self) -> OwnerProvider:
        """The owner provider."""
        return self.owner_provider or trusted_header

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def read_settings(options: Mapping[str, str] | None = None) -> Settings:
    """Read the settings and check how they work together.

    Args:
        options: The values of command line options, by the settings that they override.

    Raises:
        SettingsError: a value is invalid, a name is unknown, or a required setting is missing.
    """
    for name in _names():
        if name.startswith(PREFIX) and name not in _KNOWN:
            raise SettingsError(f"{name} is not a setting; known settings: {', '.join(sorted(_KNOWN))}.")
    values: dict[str, Any] = dict(options or {})
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise SettingsError(" ".join(_sentences(error, values))) from None
    if settings.database_url_unpooled and not settings.database_url:
        raise SettingsError("DATABASE_URL_UNPOOLED is set without DATABASE_URL: set both, or neither.")
    if settings.database_url and not settings.owner_provider:
        raise SettingsError(
            "TODO_OWNER_PROVIDER is not set, but DATABASE_URL requires it, because this version does not "
            f"authenticate: set it to {TRUSTED_HEADER} if a gateway in front sets X-User-ID and rejects "
            "the client's own, or to your own provider."
        )
    if not settings.loopback and not settings.owner_provider:
        host = _name("TODO_HOST", values)
        raise SettingsError(
            f"TODO_OWNER_PROVIDER is not set, but {host}={settings.host} lets other machines reach this "
            f"server, which would trust their X-User-ID: set it to {TRUSTED_HEADER} if a gateway in front "
            f"sets X-User-ID, or leave {host} at 127.0.0.1."
        )
    return settings


_KNOWN = frozenset(str(field.validation_alias) for field in Settings.model_fields.values())


def _names() -> Iterator[str]:
    """Yield the names of all variables, in upper case."""
    try:
        dotenv = dotenv_values(".env")
    except UnicodeDecodeError as error:
        raise SettingsError(".env is not UTF-8 text: save it as UTF-8.") from error
    yield from (name.upper() for name in (*os.environ, *dotenv))


def _name(setting: str, options: Collection[str]) -> str:
    """Return the name under which the user has provided a setting."""
    return f"--{setting.removeprefix(PREFIX).lower()}" if setting in options else setting


def _sentences(error: ValidationError, options: Collection[str]) -> Iterator[str]:
    for each in error.errors(include_input=False, include_url=False):
        reason = each["msg"].removeprefix("Value error, ").removeprefix("Input ").removeprefix("String ")
        yield f"{_name(str(each['loc'][0]), options)} {reason}."
