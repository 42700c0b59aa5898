"""The command `todo`."""

import fcntl
import os
import sys
from typing import Annotated

import typer

from app import CommandError, __version__

cli = typer.Typer(
    help="Serve tasks over HTTP, each visible to its owner only.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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


@cli.command()
def serve() -> None:
    """Serve the API until Ctrl-C.

    Without DATABASE_URL, start and migrate an embedded PostgreSQL, and stop it at the end. With
    DATABASE_URL, run `todo migrate` first. Settings come from the environment and .env: see .env.example.
    """
    from app import commands

    commands.serve()


@cli.command()
def migrate() -> None:
    """Migrate the database to the latest revision.

    Uses DATABASE_URL_UNPOOLED if it is set, else DATABASE_URL, else the embedded database.
    """
    from app import commands

    commands.migrate_database()
    typer.echo("The database is at the latest revision.")


@cli.command()
def openapi(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if openapi.json is outdated.")
    ] = False,
) -> None:
    """Write the OpenAPI document to openapi.json."""
    from app import commands

    typer.echo(commands.write_document(check=check))
