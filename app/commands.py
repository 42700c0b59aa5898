"""The implementation of the commands."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

import typer
import uvicorn
from sqlalchemy.exc import OperationalError
from uvicorn.supervisors import Multiprocess

from app import ROOT, CommandError
from app.access import API
from app.database.engine import open_database
from app.database.migrations import migrate
from app.database.pool_size import connection_limit, pool_size_per_worker
from app.database.revisions import is_current
from app.embedded_postgres.server import data_directory, embedded_postgres
from app.logs import configure_logs
from app.main import create_app
from app.server_protocol.protocol import StrictProtocol
from app.settings import TRUSTED_HEADER, Settings, read_settings
from routers import Unavailable

DOCUMENT = ROOT / "openapi.json"


def serve() -> None:
    """Serve until a signal arrives."""
    settings = read_settings()
    # The signals of a supervisor or a closing terminal shut down in order, like Ctrl-C.
    signal.signal(signal.SIGTERM, _exit)
    signal.signal(signal.SIGHUP, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))
    with _listener(settings) as listener, _database(settings) as url:
        if settings.database_url is None:
            migrate(url)
        configure_logs(settings)
        pool_size = pool_size_per_worker(settings, _check_database(url))
        _announce(settings, listener)
        # The application, in this process or in workers, reads its settings from here.
        os.environ["DATABASE_URL"] = url
        os.environ["TODO_POOL_SIZE"] = str(pool_size)
        if settings.owner_provider is None:
            os.environ["TODO_OWNER_PROVIDER"] = TRUSTED_HEADER
        with contextlib.suppress(KeyboardInterrupt):
            _run(settings, listener)


def migrate_database() -> None:
    """Migrate the configured database to the latest revision."""
    settings = read_settings()
    with _database(settings) as url:
        try:
            migrate(settings.database_url_unpooled or url)
        except OperationalError as error:
            raise _unreachable(error.orig) from error


def write_document(*, check: bool) -> str:
    """Write the OpenAPI document, or compare it with the existing one; return a message for the user."""
    text = create_app(Settings.model_construct()).openapi_text()
    if not check:
        DOCUMENT.write_text(text, encoding="utf-8")
        return f"Wrote {DOCUMENT}."
    if not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text:
        raise CommandError("openapi.json is outdated: run `todo openapi`.")
    return "openapi.json is up to date."


@contextlib.contextmanager
def _listener(settings: Settings) -> Iterator[socket.socket]:
    """Bind the port before anything is started, so that nothing must be undone if the port is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
            listener.listen(2048)
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}): "
                "set TODO_PORT to a free port, or TODO_HOST to an address of this machine."
            ) from error
        listener.set_inheritable(True)
        yield listener


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """Yield the URL of the configured database or, during the block, of the embedded one."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    with embedded_postgres(data_directory(settings.data_dir)) as url:
        yield url


def _check_database(url: str) -> int:
    """Check that the database is migrated, and return its connection limit."""

    async def check() -> int:
        database = open_database(url, pool_size=1)
        try:
            if not await is_current(database):
                raise CommandError("The database is not at the latest revision: run `todo migrate`.")
            return await connection_limit(database)
        finally:
            await database.close()

    try:
        return asyncio.run(check())
    except Unavailable as error:
        raise _unreachable(error.__cause__) from error


def _unreachable(cause: BaseException | None) -> CommandError:
    lines = str(getattr(cause, "orig", cause)).strip().splitlines() or ["unknown reason"]
    return CommandError(f"Cannot connect to the database at DATABASE_URL: {lines[0].strip()}.")


def _announce(settings: Settings, listener: socket.socket) -> None:
    host, port = listener.getsockname()[:2]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    where = f"embedded, in {data_directory(settings.data_dir)}"
    if settings.database_url is not None:
        where = "the database at DATABASE_URL"
    typer.echo(f"""
  Serving   {address}{API}
  API docs  {address}/docs
  Data      {where}

  Create a task:
    curl -X POST {address}{API}/tasks -H 'X-User-ID: alice' \\
      -H 'Content-Type: application/json' -d '{{"title": "Buy milk"}}'

  Press Ctrl-C to stop.
""")


def _run(settings: Settings, listener: socket.socket) -> None:
    config = uvicorn.Config(
        "app.main:create_app",
        factory=True,
        workers=settings.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=10,
        http=StrictProtocol,
        h11_max_incomplete_event_size=settings.max_head_bytes,  # StrictProtocol uses it, too
    )
    if settings.workers > 1:
        _Workers(config, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])


class _Workers(Multiprocess):
    """Worker processes that a closing terminal stops, instead of restarting them."""

    def handle_hup(self) -> None:
        self.handle_term()


def _exit(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
