"""The commands `todo owners`: export and delete the rows of one owner."""

import contextlib
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from json import dumps
from pathlib import Path
from typing import Any, BinaryIO

import typer
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from app import CommandError
from app.database.engine import CONNECT_SECONDS, driver_url
from app.database.errors import explained_errors
from app.database.revisions import schema_error_on
from app.embedded_postgres.server import data_directory, embedded_postgres
from app.main import TABLES
from app.owner import OWNER_FORMAT, owner_id
from app.resources import RESOURCES
from app.settings import read_settings
from routers import OwnerRows

NO_ROWS = "The owner has no rows."


def export_owner(owner: str, output: Path | None) -> None:
    """Write all rows of an owner, as of one point in time, as JSON to a new file or to standard output."""
    snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with _rows_of(owner, **snapshot) as rows:
        total = sum(rows.count().values())
        with _new_file(output) as file:
            _write_document(rows, file)
    typer.echo(f"Exported {_rows(total)}." if total else NO_ROWS, err=True)


def delete_owner(owner: str, *, confirmed: bool) -> None:
    """Delete all rows of an owner in one transaction, after a confirmation."""
    if not confirmed and not sys.stdin.isatty():
        raise CommandError("There is no terminal to ask for confirmation: add --yes to delete at once.")
    with _rows_of(owner) as rows:
        counts = rows.count()
    if not any(counts.values()):
        typer.echo(NO_ROWS)
        return
    if not confirmed:
        _print_counts(counts)
        typer.confirm(f"Delete {_rows(sum(counts.values()))} of {owner}? This cannot be undone.", abort=True)
    with _rows_of(owner) as rows:
        deleted = rows.delete()
    _print_counts(deleted)
    typer.echo(f"Deleted {_rows(sum(deleted.values()))} of {owner}.")


@contextlib.contextmanager
def _rows_of(owner: str, **options: Any) -> Iterator[OwnerRows]:
    """Yield the rows of an owner in a transaction with these options, committed at the end of the block."""
    valid = owner_id(owner)
    if valid is None:
        raise CommandError(f"This is not an owner: an owner has {OWNER_FORMAT}.")
    settings = read_settings()
    resources = {router.prefix: router.resource for router in RESOURCES}
    with contextlib.ExitStack() as stack:
        url = settings.database_url_unpooled or settings.database_url
        if url is None:
            url = stack.enter_context(embedded_postgres(data_directory(settings.data_dir)))
        engine = create_engine(
            driver_url(url, "psycopg"),
            poolclass=NullPool,
            hide_parameters=True,
            connect_args={"connect_timeout": CONNECT_SECONDS, "prepare_threshold": None},
        )
        setting = "DATABASE_URL_UNPOOLED" if settings.database_url_unpooled else "DATABASE_URL"
        try:
            with explained_errors(setting), engine.execution_options(**options).begin() as connection:
                if reason := schema_error_on(connection, TABLES):
                    raise CommandError(reason)
                yield OwnerRows(resources, valid, connection)
        except DBAPIError as error:
            raise _statement_error(error) from error


def _statement_error(error: DBAPIError) -> CommandError:
    reason = str(error.orig).strip().splitlines() or ["unknown reason"]
    return CommandError(f"The database reports an error, so nothing was changed: {reason[0].rstrip('.')}.")


def _write_document(rows: OwnerRows, file: BinaryIO) -> None:
    """Write the JSON document, one row in a line."""
    exported_at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    file.write(f'{{\n "owner": {dumps(rows.owner)},\n "exported_at": "{exported_at}",\n'.encode())
    separator = ' "resources": {'
    for name in rows.resources:
        file.write(f"{separator}\n  {dumps(name)}: [".encode())
        file.writelines((b",\n   " if count else b"\n   ") + row for count, row in enumerate(rows.read(name)))
        file.write(b"]")
        separator = ","
    file.write(b"\n }\n}\n")


@contextlib.contextmanager
def _new_file(path: Path | None) -> Iterator[BinaryIO]:
    """Open a new file that only its owner can read, removed if the block fails; None is standard output."""
    if path is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandError(f"Cannot create {path}: {error.strerror}.") from error
    with os.fdopen(descriptor, "wb") as file:
        try:
            yield file
        except BaseException:
            path.unlink()
            raise


def _print_counts(counts: dict[str, int]) -> None:
    for name, count in counts.items():
        typer.echo(f"  {name}: {_rows(count)}")


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
