"""Settings are read from the environment and `.env`; each error is one sentence."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.security import APIKeyQuery, HTTPBearer

from app.owner import TrustedHeader, trusted_header
from app.settings import Settings, SettingsError, read_settings
from tests.support.owners import known_only
from tests.support.processes import clear_settings

URL = "postgresql://user:secret@host/db?sslmode=require&channel_binding=require"
PROVIDER = {"TODO_OWNER_PROVIDER": "app.owner:trusted_header"}

VERIFIES_NOTHING = HTTPBearer()
"""A security class itself, which returns the token as it was sent."""


class InTheUrl(TrustedHeader):
    """An owner provider with a scheme that reads the query."""

    scheme: Any = APIKeyQuery(name="key")


IN_THE_URL = InTheUrl()


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_settings(monkeypatch)
    monkeypatch.chdir(tmp_path)


def read(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> Settings:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return read_settings()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"TODO_PROT": "8000"}, "TODO_PROT is not a setting; known settings: DATABASE_URL, DATABASE_URL_U"),
        ({"todo_prot": "8000"}, "TODO_PROT is not a setting"),
        ({"TODO_PORT": "http"}, "TODO_PORT should be a valid integer"),
        ({"TODO_PORT": "0"}, "TODO_PORT should be greater than or equal to 1"),
        ({"TODO_PORT": "65536"}, "TODO_PORT should be less than or equal to 65535"),
        ({"PORT": "http"}, "PORT should be a valid integer"),
        ({"TODO_HOST": ""}, "TODO_HOST should have at least 1 character"),
        ({"TODO_ROOT_PATH": "todo"}, "TODO_ROOT_PATH must look like /todo or /apps/todo: without a slash at"),
        ({"TODO_ROOT_PATH": "/todo/"}, "TODO_ROOT_PATH must look like /todo"),
        ({"TODO_ROOT_PATH": "/secret list"}, "TODO_ROOT_PATH must look like /todo"),
        ({"TODO_WORKERS": "0"}, "TODO_WORKERS should be greater"),
        ({"TODO_SHUTDOWN_DELAY": "-1"}, "TODO_SHUTDOWN_DELAY should be greater"),
        ({"TODO_SHUTDOWN_DELAY": "301"}, "TODO_SHUTDOWN_DELAY should be less than or equal to 300"),
        ({"TODO_SHUTDOWN_DELAY": "nan"}, "TODO_SHUTDOWN_DELAY should be"),
        ({"TODO_POOL_SIZE": "0"}, "TODO_POOL_SIZE should be greater"),
        ({"TODO_POOL_SIZE": "101"}, "TODO_POOL_SIZE should be less than or equal to 100"),
        ({"TODO_MAX_BODY_BYTES": "-1"}, "TODO_MAX_BODY_BYTES should be greater"),
        (
            {"TODO_HEAD_TIMEOUT": "0"},
            "TODO_HEAD_TIMEOUT should be greater than or equal to 0.1",
        ),
        ({"TODO_BODY_TIMEOUT": "1h"}, "TODO_BODY_TIMEOUT should be a valid number"),
        ({"TODO_SEND_TIMEOUT": "nan"}, "TODO_SEND_TIMEOUT should be"),
        ({"TODO_IDLE_TIMEOUT": "inf"}, "TODO_IDLE_TIMEOUT should be less"),
        ({"TODO_MAX_CONNECTIONS": "0"}, "TODO_MAX_CONNECTIONS should be greater than or equal to 1"),
        ({"TODO_LOG_FORMAT": "xml"}, "TODO_LOG_FORMAT should be 'console' or 'json'"),
        ({"TODO_METRICS_PORT": "0"}, "TODO_METRICS_PORT should be greater than or equal to 1"),
        ({"TODO_METRICS_HOST": ""}, "TODO_METRICS_HOST should have at least 1 character"),
        ({"TODO_LOG_LEVEL": "loud"}, "TODO_LOG_LEVEL should be 'debug', 'info', 'warning' or 'error'"),
        ({"TODO_CORS_ORIGINS": "example.com"}, "TODO_CORS_ORIGINS must be origins like https://"),
        ({"TODO_CORS_ORIGINS": "https://a.example/path"}, "TODO_CORS_ORIGINS must be origins"),
        ({"TODO_CORS_ORIGINS": "https://a.example/"}, "TODO_CORS_ORIGINS must be origins"),
        ({"TODO_CORS_ORIGINS": "https://A.example"}, "as browsers send them: lower case"),
        ({"TODO_CORS_ORIGINS": "https://a.example:443"}, "without path or default port"),
        ({"TODO_CORS_ORIGINS": "http://a.example:80"}, "without path or default port"),
        ({"TODO_CORS_ORIGINS": "*"}, "TODO_CORS_ORIGINS must be origins"),
        ({"TODO_CORS_ORIGINS": "null"}, "TODO_CORS_ORIGINS must be origins"),
        ({"TODO_DATA_DIR": ""}, "TODO_DATA_DIR must not be empty"),
        ({"DATABASE_URL": ""}, "DATABASE_URL must look like postgresql://"),
        ({"DATABASE_URL": "secret"}, "DATABASE_URL must look like postgresql://"),
        ({"DATABASE_URL": "mysql://u:secret@h/d"}, "DATABASE_URL must begin with postgresql://"),
        (
            {"DATABASE_URL": "postgresql://u:pass@secret@h/d"},  # pragma: allowlist secret
            "percent-encode special characters",
        ),  # pragma: allowlist secret
        ({"DATABASE_URL": "postgresql://u:pass/secret@h/d"}, "percent-encode special characters"),
        ({"DATABASE_URL": "postgresql://u:secret@h:d/x"}, "percent-encode special characters"),
        (
            {"DATABASE_URL": f"{URL}&foo=secret"},
            "DATABASE_URL has the parameter foo, which PostgreSQL does not know: correct its name, or remove",
        ),
        (
            {"DATABASE_URL": f"{URL}&schema=secret"},
            "has the parameter schema, which PostgreSQL does not know: set it for the role instead, by ALTER",
        ),
        (
            {"DATABASE_URL": f"{URL}&sslaccept=strict"},
            "has the parameter sslaccept, which PostgreSQL does not know: use sslmode=verify-full&sslroot",
        ),
        (
            {"DATABASE_URL": f"{URL}&ssl=true"},
            "has the parameter ssl, which PostgreSQL does not know: use sslmode instead, e.g. sslmode=",
        ),
        ({"DATABASE_URL": f"{URL}&sslmode=prefer"}, "has the parameter sslmode more than once: keep one."),
        ({"DATABASE_URL": f"{URL}&secret"}, "DATABASE_URL has a part that PostgreSQL does not know"),
        (
            {"DATABASE_URL": f"{URL}&options=a=secret"},
            "DATABASE_URL has a part that PostgreSQL does not know",
        ),
        ({"DATABASE_URL": f"{URL}&%2Dsecret=x"}, "DATABASE_URL has a part that PostgreSQL does not know"),
        ({"DATABASE_URL": f"{URL}&password=a&secret=b"}, "DATABASE_URL has a part that PostgreSQL does not"),
        (
            {"DATABASE_URL": f"{URL}&password=a&sslmode=secret"},
            "DATABASE_URL has a part that PostgreSQL does",
        ),
        ({"DATABASE_URL_UNPOOLED": URL}, "DATABASE_URL_UNPOOLED is set without DATABASE_URL"),
        ({"DATABASE_URL": URL}, "TODO_OWNER_PROVIDER is not set, but DATABASE_URL requires it"),
        ({"TODO_HOST": "0.0.0.0"}, "TODO_OWNER_PROVIDER is not set, but TODO_HOST=0.0.0.0 lets"),  # noqa: S104
        ({"TODO_HOST": "todo.example"}, "TODO_OWNER_PROVIDER is not set"),
    ],
)
def test_an_invalid_setting_is_named_without_its_secrets(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SettingsError) as error:
        read(monkeypatch, settings)
    assert sentence in str(error.value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("nowhere", "cannot be imported"),
        ("nowhere:x", "No module named 'nowhere'"),
        ("app.owner:nothing", "cannot import name 'nothing' from 'app.owner'"),
        ("app.settings:PREFIX", "is not an instance of a class with an async method __call__"),
        ("builtins:len", "is not an instance of a class with an async method __call__"),
        ("app.owner:TrustedHeader", "is not an instance of a class with an async method __call__"),
        ("app.commands:serve", "is not an instance of a class with an async method __call__"),
        ("tests.app.test_settings:VERIFIES_NOTHING", "has no attribute scheme: set it to an instance of a"),
        ("tests.app.test_settings:IN_THE_URL", "takes credentials from the URL"),
        (".nowhere:x", "cannot be imported"),
        ("tests.support.broken:x", "cannot be imported (division by zero)"),
    ],
)
def test_an_invalid_owner_provider_is_named(
    monkeypatch: pytest.MonkeyPatch, path: str, sentence: str
) -> None:
    with pytest.raises(SettingsError, match="TODO_OWNER_PROVIDER") as error:
        read(monkeypatch, {"TODO_OWNER_PROVIDER": path})
    assert sentence in str(error.value)


def test_the_default_server_is_local_with_an_embedded_database(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, {})
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 8000, None)
    assert settings.provider is trusted_header


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.3.2.1"])
def test_a_loopback_address_requires_no_owner_provider(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    assert read(monkeypatch, {"TODO_HOST": host}).loopback


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "postgres://user:secret@ep-x-pooler.eu-central-1.aws.neon.tech/db?options=endpoint%3Dep-x",
        "postgresql://user:p%40ss@host:5432/db",
    ],
)
def test_the_url_of_a_hosting_provider_is_accepted_unchanged(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert read(monkeypatch, {"DATABASE_URL": url, **PROVIDER}).database_url == url


def test_origins_are_separated_by_commas_and_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    origins = ("https://a.example", "http://localhost:3000", "http://[::1]:8080", "http://a.example:443")
    settings = read(monkeypatch, {"TODO_CORS_ORIGINS": " , ".join(origins) + ","})
    assert settings.cors_origins == origins


def test_the_environment_overrides_the_dotenv_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Path(tmp_path, ".env").write_text("TODO_PORT=8001\nTODO_WORKERS=2\nOTHER=x\n")
    settings = read(monkeypatch, {"TODO_PORT": "8002"})
    assert (settings.port, settings.workers) == (8002, 2)


def test_the_root_path_is_empty_or_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, {}).root_path == ""
    assert read(monkeypatch, {"TODO_ROOT_PATH": ""}).root_path == ""
    assert read(monkeypatch, {"TODO_ROOT_PATH": "/apps/todo"}).root_path == "/apps/todo"


def test_the_port_of_the_platform_is_used_unless_another_one_is_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert read(monkeypatch, {"PORT": "8001"}).port == 8001
    Path(tmp_path, ".env").write_text("TODO_PORT=8002\n")
    assert read_settings().port == 8002
    assert read_settings({"TODO_PORT": "8003"}).port == 8003


def test_an_unknown_name_in_the_dotenv_file_is_rejected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Path(tmp_path, ".env").write_text("TODO_PROT=8001\n")
    with pytest.raises(SettingsError, match="TODO_PROT is not a setting"):
        read(monkeypatch, {})


def test_a_dotenv_file_that_is_not_utf_8_is_rejected(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    Path(tmp_path, ".env").write_bytes(b"TODO_PORT=\xff\n")
    with pytest.raises(SettingsError, match=r"\.env is not UTF-8 text"):
        read(monkeypatch, {})


def test_the_owner_provider_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, {"TODO_OWNER_PROVIDER": "tests.support.owners:known_only"})
    assert settings.provider is known_only


def test_the_example_file_contains_every_setting() -> None:
    example = Path(__file__).parents[2].joinpath(".env.example").read_text()
    for field in Settings.model_fields.values():
        assert f"# {field.validation_alias}=" in example
