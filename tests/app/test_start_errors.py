"""A server that cannot start exits with code 1 and one sentence that says how to fix it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import cli
from tests.app.test_cli import PROVIDER, UVICORN
from tests.support.processes import clear_settings, free_port, todo

pytestmark = pytest.mark.slow


@pytest.fixture
def _signals() -> Iterator[None]:
    """Restore the signal handlers that `todo serve` replaces."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def test_an_error_is_printed_to_standard_error_with_exit_code_1() -> None:
    result = todo("serve", TODO_PORT="x")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("todo: TODO_PORT should be a valid integer")
    assert result.stderr.count("\n") == 1


@pytest.mark.usefixtures("_signals")
@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"TODO_PROT": "1"}, "todo: TODO_PROT is not a setting"),
        ({"TODO_PORT": "x"}, "todo: TODO_PORT should be a valid integer"),
        ({"TODO_OWNER_PROVIDER": "x:y"}, "todo: TODO_OWNER_PROVIDER 'x:y' cannot be imported"),
        ({"DATABASE_URL": "postgresql://h/d"}, "todo: TODO_OWNER_PROVIDER is not set, but DATABASE_URL"),
        ({"TODO_HOST": "192.0.2.1", **PROVIDER}, "todo: Cannot listen on 192.0.2.1:"),
        ({"TODO_DATA_DIR": "/dev/null/x"}, "todo: "),
        ({"TODO_DATA_DIR": "/" + "x" * 300}, "todo: "),
    ],
)
def test_serve_reports_an_unusable_setting_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], sentence: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["todo", "serve"])
    clear_settings(monkeypatch)
    for name, value in {"TODO_PORT": str(free_port()), **settings}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as error:
        cli.main()
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--port", "http"], "--port should be a valid integer"),
        (["--port", "65536"], "--port should be less than or equal to 65535."),
        (["--workers", "0"], "--workers should be greater than or equal to 1."),
        (["--host", ""], "--host should have at least 1 character."),
        (["--host", "0.0.0.0"], "TODO_OWNER_PROVIDER is not set, but --host=0.0.0.0 lets other machines"),  # noqa: S104
    ],
)
def test_serve_reports_an_invalid_option_by_its_name_in_one_sentence(
    options: list[str], sentence: str
) -> None:
    result = todo("serve", *options)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"todo: {sentence}")
    assert result.stderr.count("\n") == 1


def test_uvicorn_reports_a_missing_database() -> None:
    result = subprocess.run(UVICORN, check=False, capture_output=True, text=True, env={"PATH": os.defpath})
    assert result.returncode == 1
    assert result.stderr == (
        "DATABASE_URL is not set: set it, or use `todo serve`, which starts a database.\n"
    )


def test_serve_reports_a_port_in_use_before_it_creates_data(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        result = todo("serve", TODO_PORT=str(port), TODO_DATA_DIR=str(data))
    assert result.returncode == 1
    assert result.stderr == (
        f"todo: Cannot listen on 127.0.0.1:{port} (Address already in use): "
        "set TODO_PORT or --port to a free port, or TODO_HOST or --host to an address of this machine.\n"
    )
    assert not data.exists()


def test_serve_reports_data_of_another_postgresql_version(data: Path) -> None:
    Path(data, "server", "cluster").mkdir(parents=True)
    Path(data, "server", "cluster", "PG_VERSION").write_text("15\n")
    result = todo("serve", TODO_DATA_DIR=str(data))
    assert result.returncode == 1
    assert result.stderr.startswith(f"todo: The data in {data} belong to PostgreSQL 15, but this is 18:")


def test_serve_reports_a_data_directory_without_postgresql_data(data: Path) -> None:
    Path(data, "server", "cluster").mkdir(parents=True)
    result = todo("serve", TODO_DATA_DIR=str(data))
    assert result.returncode == 1
    assert result.stderr == (
        f"todo: {data}/server/cluster contains no PostgreSQL data: move it away, or set TODO_DATA_DIR.\n"
    )
