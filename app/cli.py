"""The command `todo`, as it is typed."""

import gc
import sys
from importlib import import_module
from typing import Annotated, Any

import typer

from app import Refused, __version__

cli = typer.Typer(
    help="Serve tasks over HTTP, each seen by its owner alone.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command; a foreseeable failure is one sentence and exit code 1."""
    try:
        cli()
    except Refused as error:
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
    _commands().serve()


@cli.command()
def migrate() -> None:
    """Bring the database to the newest revision.

    Uses DATABASE_URL_UNPOOLED where it is set, else DATABASE_URL, else the embedded database.
    """
    _commands().migrate_database()
    typer.echo("The database is at the newest revision.")


@cli.command()
def openapi(
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail if it is stale.")] = False,
) -> None:
    """Write the OpenAPI document to openapi.json."""
    typer.echo(_commands().write_document(check=check))


def _commands() -> Any:
    """What the commands do, imported when one is given: each worker imports this module, but not that one.

    An import makes little garbage, and looking for it takes a seventh of the time: what is there afterwards
    stays, and is not looked through again.
    """
    gc.disable()
    try:
        return import_module("app.commands")
    finally:
        gc.freeze()
        gc.enable()
