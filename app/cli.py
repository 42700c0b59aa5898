"""The command `todo`."""

import fcntl
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from app import CommandError, __version__

HELP = """Serve tasks over HTTP, each visible to its owner only.

Without DATABASE_URL, an embedded PostgreSQL runs, with its data in the current directory:

  todo serve

With a database of your own:

  export DATABASE_URL=postgresql://user:password@host/database
  export TODO_OWNER_PROVIDER=app.owner:trusted_header
  todo migrate
  todo serve --port 8080 --workers 4
"""

SETTINGS = """Settings are environment variables, or lines of a file .env in the current directory:

  DATABASE_URL            PostgreSQL URL; not set: an embedded PostgreSQL
  DATABASE_URL_UNPOOLED   PostgreSQL URL for migrations, if it is another one
  TODO_OWNER_PROVIDER     owner provider, which identifies the owner: module:object
  TODO_HOST, TODO_PORT    listening address and port; not set: 127.0.0.1, 8000
  PORT                    port, if TODO_PORT is not set
  TODO_ROOT_PATH          path prefix that the gateway forwards, e.g. /todo
  TODO_WORKERS            number of worker processes; not set: 1
  TODO_SHUTDOWN_DELAY     seconds to serve after a signal to stop
  TODO_POOL_SIZE          maximum number of database connections per worker
  TODO_DATA_DIR           data directory of the embedded PostgreSQL; not set: .data
  TODO_CORS_ORIGINS       web origins that may call the API, separated by commas
  TODO_MAX_BODY_BYTES, TODO_MAX_HEAD_BYTES
                          maximum size of the body and of the head of a request
  TODO_HEAD_TIMEOUT, TODO_BODY_TIMEOUT, TODO_SEND_TIMEOUT, TODO_IDLE_TIMEOUT
                          seconds that a connection may take
  TODO_MAX_CONNECTIONS    maximum number of connections per worker
  TODO_METRICS_HOST, TODO_METRICS_PORT
                          address and port of the Prometheus metrics; not set: off
  TODO_LOG_FORMAT         console or json
  TODO_LOG_LEVEL          debug, info, warning or error
"""

cli = typer.Typer(
    help=HELP,
    epilog=SETTINGS,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

owners = typer.Typer(
    help="""Export or delete the data of one owner.

  todo owners export alice --output alice.json
  todo owners delete alice
""",
    no_args_is_help=True,
)
cli.add_typer(owners, name="owners")

Owner = Annotated[str, typer.Argument(help="The owner, as the owner provider identifies it.")]


def main() -> None:
    """Run the command; an expected failure prints one sentence and exits with code 1."""
    _open_standard_streams()
    try:
        cli()
    except CommandError as error:
        sys.exit(f"todo: {error}")


def _open_standard_streams() -> None:
    """Open /dev/null instead of closed standard streams, so that no socket or file gets their descriptors."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)  # the lowest one that is free
            fcntl.fcntl(descriptor, fcntl.F_SETFD, 0)  # child processes inherit it
            setattr(sys, name, os.fdopen(descriptor, mode))


@cli.callback(invoke_without_command=True)
def _version(
    *,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@cli.command(epilog=SETTINGS)
def serve(
    *,
    host: Annotated[str | None, typer.Option(help="The address to listen on, instead of TODO_HOST.")] = None,
    port: Annotated[str | None, typer.Option(help="The port, instead of TODO_PORT or PORT.")] = None,
    workers: Annotated[
        str | None, typer.Option(help="The number of worker processes, instead of TODO_WORKERS.")
    ] = None,
) -> None:
    """Serve the API until Ctrl-C.

    Without DATABASE_URL, start and migrate an embedded PostgreSQL, and stop it at the end. With
    DATABASE_URL, run `todo migrate` first, and set TODO_OWNER_PROVIDER.

      todo serve
      todo serve --port 8080 --workers 4
      todo serve --host 0.0.0.0    # behind a gateway, with TODO_OWNER_PROVIDER
    """
    from app import commands

    options = {"TODO_HOST": host, "TODO_PORT": port, "TODO_WORKERS": workers}
    commands.serve({name: value for name, value in options.items() if value is not None})


@cli.command()
def migrate() -> None:
    """Migrate the database to the latest revision.

    Uses DATABASE_URL_UNPOOLED if it is set, else DATABASE_URL, else the embedded database in TODO_DATA_DIR.
    It can be repeated, and run while an older version serves.

      todo migrate
      DATABASE_URL=postgresql://user:password@host/database todo migrate
    """
    from app import commands

    typer.echo(commands.migrate_database())


@cli.command()
def openapi(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if openapi.json is missing or outdated.")
    ] = False,
) -> None:
    """Write the OpenAPI document to openapi.json in the current directory.

    todo openapi
    todo openapi --check
    """
    from app import commands

    typer.echo(commands.write_document(check=check))


@cli.command(context_settings={"allow_interspersed_args": False, "ignore_unknown_options": True})
def postgres(
    program: Annotated[str, typer.Argument(help="The program, e.g. pg_dump, pg_restore or psql.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="The arguments of the program.")] = None,
) -> None:
    """Run a program of PostgreSQL on the embedded database in TODO_DATA_DIR.

    It starts the database if no server runs. With DATABASE_URL, use your own programs.

      todo postgres psql
      todo postgres pg_dump --format=custom --file=todo.dump
    """
    from app.embedded_postgres.programs import run_program

    raise typer.Exit(run_program(program, arguments or []))


@owners.command()
def export(
    owner: Owner,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", help="A new file; by default, standard output.")
    ] = None,
) -> None:
    """Write all rows of an owner as JSON, in the format of the API.

    Uses the same database as `todo migrate`.

      todo owners export alice --output alice.json
    """
    from app.owners import export_owner

    export_owner(owner, output)


@owners.command()
def delete(
    owner: Owner,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Delete all rows of an owner, in one transaction, after a confirmation.

    Uses the same database as `todo migrate`.

      todo owners delete alice
      todo owners delete alice --yes
    """
    from app.owners import delete_owner

    delete_owner(owner, confirmed=yes)
