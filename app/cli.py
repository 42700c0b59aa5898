"""The command `todo`."""

import fcntl
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from app import CommandError, __version__

cli = typer.Typer(
    help="Serve tasks over HTTP, each visible to its owner only.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

owners = typer.Typer(help="Export or delete the data of one owner.", no_args_is_help=True)
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


@cli.command(context_settings={"allow_interspersed_args": False, "ignore_unknown_options": True})
def postgres(
    program: Annotated[str, typer.Argument(help="The program, e.g. pg_dump, pg_restore or psql.")],
    arguments: Annotated[list[str] | None, typer.Argument(help="The arguments of the program.")] = None,
) -> None:
    """Run a program of PostgreSQL on the embedded database."""
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
    """Write all rows of an owner as JSON, in the format of the API."""
    from app.owners import export_owner

    export_owner(owner, output)


@owners.command()
def delete(
    owner: Owner,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Delete all rows of an owner, in one transaction, after a confirmation."""
    from app.owners import delete_owner

    delete_owner(owner, confirmed=yes)
