"""What the commands do."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Iterator
from importlib import import_module
from types import FrameType
from typing import NoReturn

import typer
import uvicorn
from sqlalchemy.exc import OperationalError
from uvicorn.supervisors import Multiprocess

from app import ROOT, Refused
from app.access import API
from app.database.engine import open_database
from app.database.pool_size import connections_per_worker, granted
from app.database.revisions import is_current
from app.embedded_postgres.server import data_directory, embedded_postgres
from app.logs import configure_logs
from app.main import create_app
from app.settings import TRUSTED_HEADER, Settings, read_settings
from routers import Unavailable
from routers.openapi.document import document_text
from routers.protocol import StrictProtocol

DOCUMENT = ROOT / "openapi.json"


def serve() -> None:
    """Serve until a signal comes."""
    settings = read_settings()
    settings.load_owner_provider()
    # What a supervisor or a closing terminal sends must end this process in order, like Ctrl-C does.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))
    with _listener(settings) as listener, _database(settings) as url:
        if settings.database_url is None:
            _migrate(url)
        configure_logs(settings)
        pool_size = connections_per_worker(settings, _ask(url))
        _announce(settings, listener)
        # The application, in this process or in workers, reads its settings from here.
        os.environ["DATABASE_URL"] = url
        os.environ["TODO_OWNER_PROVIDER"] = settings.owner_provider or TRUSTED_HEADER
        os.environ["TODO_POOL_SIZE"] = str(pool_size)
        with contextlib.suppress(KeyboardInterrupt):
            _run(settings, listener)


def migrate_database() -> None:
    """Bring the database of the settings to the newest revision."""
    settings = read_settings()
    with _database(settings) as url:
        try:
            _migrate(settings.database_url_unpooled or url)
        except OperationalError as error:
            raise _unreachable(error.orig) from error


def write_document(*, check: bool) -> str:
    """Write the OpenAPI document, or compare the one there is, and answer what is to be said of it."""
    text = document_text(create_app(Settings.model_construct()).openapi())
    if not check:
        DOCUMENT.write_text(text, encoding="utf-8")
        return f"Wrote {DOCUMENT}."
    if not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text:
        raise Refused("openapi.json is not what the application serves: run `todo openapi`.")
    return "openapi.json is what the application serves."


@contextlib.contextmanager
def _listener(settings: Settings) -> Iterator[socket.socket]:
    """Take the port before anything is started, so that nothing has to be undone where it is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
            listener.listen(2048)
        except OSError as error:
            raise Refused(
                f"{settings.host}:{settings.port} cannot be listened on ({error.strerror}): "
                "set TODO_PORT to a free port, or TODO_HOST to an address of this machine."
            ) from error
        listener.set_inheritable(True)
        yield listener


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[str]:
    """The URL of the configured database or, while the block lasts, of the embedded one."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    with embedded_postgres(data_directory(settings.data_dir)) as url:
        yield url


def _migrate(url: str) -> None:
    # Alembic is imported where there is something to migrate: it is a tenth of what a server takes.
    import_module("app.database.migrations").migrate(url)


def _ask(url: str) -> int:
    """How many connections the database grants; one that cannot be served from is refused."""

    async def ask() -> int:
        database = open_database(url, pool_size=1)
        try:
            if not await is_current(database):
                raise Refused("The database lacks the newest revision: run `todo migrate`.")
            return await granted(database)
        finally:
            await database.close()

    try:
        return asyncio.run(ask())
    except Unavailable as error:
        raise _unreachable(error.__cause__) from error


def _unreachable(reason: BaseException | None) -> Refused:
    cause = str(getattr(reason, "orig", reason)).strip().splitlines() or ["no reason given"]
    return Refused(f"The database at DATABASE_URL cannot be reached: {cause[0].strip()}.")


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

  Ctrl-C stops.
""")


def _run(settings: Settings, listener: socket.socket) -> None:
    config = uvicorn.Config(
        "app.main:app",
        workers=settings.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=10,
        http=StrictProtocol,
    )
    if settings.workers > 1:
        _Workers(config, sockets=[listener]).run()
    else:
        uvicorn.Server(config).run(sockets=[listener])


class _Workers(Multiprocess):
    """Worker processes that a closing terminal ends, rather than starts anew."""

    def handle_hup(self) -> None:
        self.handle_term()


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)
