"""The command `todo`."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Annotated, NoReturn

import typer
import uvicorn
from sqlalchemy.exc import OperationalError
from uvicorn.supervisors import Multiprocess

from app import __version__
from app.access import API
from app.connections import connections_per_worker, granted
from app.database import open_database
from app.embedded import EmbeddedError, data_directory, embedded_postgres
from app.logs import configure_logs
from app.main import create_app
from app.migrations import ROOT, NewerDatabaseError, is_current, migrate
from app.settings import TRUSTED_HEADER, Settings, SettingsError, read_settings
from routers import Unavailable
from routers.openapi import document_text
from routers.protocol import StrictProtocol

DOCUMENT = ROOT / "openapi.json"

cli = typer.Typer(
    help="Serve tasks over HTTP, each seen by its owner alone.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


class CommandError(Exception):
    """A command that cannot be carried out; the message is one sentence for the person who gave it."""


def main() -> None:
    """Run the command; a foreseeable failure is one sentence and exit code 1."""
    try:
        cli()
    except (CommandError, SettingsError, EmbeddedError, NewerDatabaseError) as error:
        sys.exit(f"todo: {error}")


@cli.callback(invoke_without_command=True)
def _version(
    *,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@cli.command()
def serve() -> None:
    """Serve the API until Ctrl-C.

    Without DATABASE_URL, an embedded PostgreSQL is started, migrated and, at the end, stopped. With it,
    run `todo migrate` first. Settings are read from the environment and from .env: see .env.example.
    """
    settings = read_settings()
    settings.load_owner_provider()
    # What a supervisor or a closing terminal sends must end this process in order, like Ctrl-C does.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGHUP, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))
    with _listener(settings) as listener, _database(settings) as url:
        if settings.database_url is None:
            migrate(url)
        configure_logs(settings)
        pool_size = connections_per_worker(settings, _ask(url))
        _announce(settings, listener)
        # The application, in this process or in workers, reads its settings from here.
        os.environ["DATABASE_URL"] = url
        os.environ["TODO_OWNER_PROVIDER"] = settings.owner_provider or TRUSTED_HEADER
        os.environ["TODO_POOL_SIZE"] = str(pool_size)
        with contextlib.suppress(KeyboardInterrupt):
            _run(settings, listener)


@cli.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest revision.

    Uses DATABASE_URL_UNPOOLED where it is set, else DATABASE_URL, else the embedded database.
    """
    settings = read_settings()
    with _database(settings) as url:
        try:
            migrate(settings.database_url_unpooled or url)
        except OperationalError as error:
            raise _unreachable(error.orig) from error
    typer.echo("The database is at the newest revision.")


@cli.command()
def openapi(
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if it is stale.")] = False,
) -> None:
    """Write the OpenAPI document to openapi.json."""
    text = document_text(create_app(Settings.model_construct()).openapi())
    if not check:
        DOCUMENT.write_text(text, encoding="utf-8")
        typer.echo(f"Wrote {DOCUMENT}.")
    elif not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text:
        raise CommandError("openapi.json is not what the application serves: run `todo openapi`.")
    else:
        typer.echo("openapi.json is what the application serves.")


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
            raise CommandError(
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


def _ask(url: str) -> int:
    """How many connections the database grants; one that cannot be served from is refused."""

    async def ask() -> int:
        database = open_database(url, pool_size=1)
        try:
            if not await is_current(database):
                raise CommandError("The database lacks the newest revision: run `todo migrate`.")
            return await granted(database)
        finally:
            await database.close()

    try:
        return asyncio.run(ask())
    except Unavailable as error:
        raise _unreachable(error.__cause__) from error


def _unreachable(reason: BaseException | None) -> CommandError:
    cause = str(getattr(reason, "orig", reason)).strip().splitlines() or ["no reason given"]
    return CommandError(f"The database at DATABASE_URL cannot be reached: {cause[0].strip()}.")


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
