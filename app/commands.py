"""The implementation of the commands."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer

from app import CommandError
from app.access import API
from app.database.engine import open_database
from app.database.errors import check_writable, explained_errors
from app.database.migrations import migrate
from app.database.pool_size import connection_limit, pool_size_per_worker
from app.database.revisions import schema_error
from app.database.scripts import latest_revision
from app.embedded_postgres.server import data_directory, embedded_postgres
from app.limits import Limits
from app.listener import open_listener
from app.logs import configure_logs
from app.main import TABLES, create_app
from app.metrics_server import metrics_server
from app.open_files import connection_limits
from app.owner import request_header, trusted_header
from app.server import SingleServer, server_config
from app.settings import TRUSTED_HEADER, Settings, read_settings
from app.workers import Supervisor

DOCUMENT = Path("openapi.json")
"""The OpenAPI document, in the current directory."""

START_SECONDS = 10.0
"""Maximum wait for a connection at start, in seconds."""


def serve(options: Mapping[str, str]) -> None:
    """Serve until a signal arrives; `options` are by the settings that they override."""
    settings = read_settings(options)
    limits = connection_limits(settings)
    _exit_on_signals()
    with open_listener(settings) as listener, metrics_server(settings), _database(settings) as url:
        configure_logs(settings)
        if settings.database_url is None:
            migrate(url)
        pool_size = pool_size_per_worker(settings, _check_database(url))
        _announce(settings, listener)
        # The application, in this process or in workers, reads its settings from here.
        os.environ.update(options, DATABASE_URL=url, TODO_POOL_SIZE=str(pool_size))
        if settings.database_url_unpooled:
            os.environ["DATABASE_URL_UNPOOLED"] = settings.database_url_unpooled
        if settings.owner_provider is None:
            os.environ["TODO_OWNER_PROVIDER"] = TRUSTED_HEADER
        _run(settings, listener, limits)


def migrate_database() -> str:
    """Migrate the configured database to the latest revision; return a message for the user."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))  # stop an embedded database
    settings = read_settings()
    with _database(settings) as url:
        if settings.database_url_unpooled:
            migrate(settings.database_url_unpooled, "DATABASE_URL_UNPOOLED")
        else:
            migrate(url)
    return f"The database is at revision {latest_revision()}, the latest."


def write_document(*, check: bool) -> str:
    """Write the OpenAPI document, or compare it with the existing one; return a message for the user.

    Its security scheme is that of the configured owner provider.
    """
    document = create_app(read_settings()).openapi_text().encode()
    path = DOCUMENT.absolute()
    try:
        if not check:
            path.write_bytes(document)
            return f"Wrote {path}."
        is_current = path.read_bytes() == document
    except FileNotFoundError as error:
        raise CommandError(f"There is no {DOCUMENT} in {path.parent}: run `todo openapi`.") from error
    except OSError as error:
        raise CommandError(f"Cannot {'read' if check else 'write'} {path}: {error.strerror}.") from error
    if not is_current:
        raise CommandError(f"{DOCUMENT} is outdated: run `todo openapi`.")
    return f"{DOCUMENT} is up to date."


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """Yield the URL of the configured database or, during the block, of the embedded one."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    with embedded_postgres(data_directory(settings.data_dir), on_failure=_end) as url:
        yield url


def _check_database(url: str) -> int:
    """Check that the database is migrated, and return its connection limit."""

    async def check() -> int:
        database = open_database(url, pool_size=1, seconds=START_SECONDS)
        try:
            if reason := await schema_error(database, TABLES):
                raise CommandError(reason)
            await check_writable(database)
            return await connection_limit(database)
        finally:
            await database.close()

    with explained_errors():
        return asyncio.run(check())


def _announce(settings: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}{settings.root_path}"
    where = f"embedded, in {data_directory(settings.data_dir)}"
    if settings.database_url is not None:
        where = "the database at DATABASE_URL"
    typer.echo(f"""
  Serving   {address}{API}
  API docs  {address}/docs
  Data      {where}

  Create a task:
    curl -X POST {address}{API}/tasks -H '{_credentials(settings)}' \\
      -H 'Content-Type: application/json' -d '{{"title": "Buy milk"}}'

  Press Ctrl-C to stop.
""")


def _credentials(settings: Settings) -> str:
    """Return a request header with credentials, as an example."""
    value = "alice" if settings.provider is trusted_header else "..."
    return f"{request_header(settings.provider.scheme)}: {value}"


def _run(settings: Settings, listener: socket.socket, limits: Limits) -> None:
    config = server_config(settings, limits)
    if settings.workers > 1:
        Supervisor(config, listener, settings.workers, settings.shutdown_delay).run()
        return
    server = SingleServer(config, settings.shutdown_delay)
    try:
        server.run([listener])
    except SystemExit as error:  # at a signal, or if the server does not start
        if isinstance(error.code, str):
            raise
        if not server.started:
            raise CommandError("The server does not start: see the messages above.") from error


def _exit_on_signals() -> None:
    """Shut down in order at the signals of a terminal, of a closing terminal and of a supervisor."""
    signal.signal(signal.SIGINT, _exit)
    signal.signal(signal.SIGTERM, _exit)
    signal.signal(signal.SIGHUP, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))


def _exit(_number: int, _frame: FrameType | None) -> NoReturn:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # another signal must not interrupt the shutdown
    raise SystemExit(0)


def _end() -> None:
    """Shut down without a delay, from another thread."""
    # To the main thread: this one could take signals to the process, and the main thread would wait on.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.pthread_kill(threading.main_thread().ident or 0, number)
