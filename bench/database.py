"""PostgreSQL for one run: its rows, its counters, its CPU time."""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import psutil
import psycopg

from app.database.migrations import migrate
from app.embedded_postgres.server import embedded_postgres
from bench.operations import DELETABLE, Table

SETTINGS = {
    "autovacuum": "off",  # it would disturb one contestant or another; each round begins with VACUUM instead
    "max_connections": "300",
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track_planning": "on",
}

INSERT = """
INSERT INTO task (owner_id, id, created_at, updated_at, title, description, completed)
SELECT 'owner-' || owner,
    (lpad(to_hex(owner), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(row), 12, '0'))::uuid, moment, moment,
    'Task ' || row || ' of this owner', 'What is to be done, in some words.', row % 3 = 0
FROM ({rows}) AS rows
"""

# The rows of the owners are mixed, as time would have stored them.
SEEDED = """
SELECT number % {owners} AS owner, number / {owners} AS row,
    timestamptz '2020-01-01 00:00Z' + number * interval '10 seconds 1 microsecond' AS moment
FROM generate_series(0::bigint, {rows} - 1) AS number
"""

# These are older than all others, so that lists do not contain them.
TO_DELETE = """
SELECT number * {stride} % {rows} % {owners} AS owner, {first_row} + number AS row,
    timestamptz '2000-01-01Z' AS moment
FROM generate_series({first}::bigint, {last}) AS number
"""
UNSEEDED = "DELETE FROM task WHERE created_at NOT BETWEEN '2020-01-01' AND '2025-01-01'"

SPENT = """
SELECT coalesce(sum(calls), 0)::int, coalesce(sum(total_plan_time + total_exec_time), 0) / 1000,
    coalesce(sum(shared_blks_hit + shared_blks_read), 0)::int
FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND query NOT LIKE '%pg_stat_statements%'
"""


class Spent(NamedTuple):
    """What statements cost PostgreSQL: their count, planning and execution time, pages of 8 KiB."""

    statements: int
    seconds: float
    pages: int


@dataclass(frozen=True)
class Database:
    """One database with the application's tables.

    Attributes:
        url: Its libpq URL.
        connection: A connection in autocommit mode.
        postmaster: The server's first process.
    """

    url: str
    connection: psycopg.Connection[Any]
    postmaster: psutil.Process

    def execute(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        cursor = self.connection.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []

    def fill(self, table: Table) -> None:
        """Store the rows of a table."""
        self.execute("TRUNCATE task")
        self.execute(INSERT.format(rows=SEEDED.format(owners=table.owners, rows=table.rows)))
        self.clean()

    def add_deletable(self, table: Table, numbers: range) -> None:
        """Store the rows that the delete requests with these numbers address."""
        rows = TO_DELETE.format(
            **vars(table), first_row=DELETABLE, first=numbers.start, last=numbers.stop - 1
        )
        self.execute(INSERT.format(rows=rows))

    def deletable(self) -> int:
        """Return how many of these rows are left."""
        return int(self.execute("SELECT count(*) FROM task WHERE created_at < '2020-01-01'")[0][0])

    def clean(self) -> None:
        """Remove what requests have stored, and the dead rows."""
        for statement in (UNSEEDED, "VACUUM (ANALYZE)", "CHECKPOINT"):
            self.execute(statement)

    def reset(self) -> None:
        """Count statements from here on."""
        self.execute("SELECT pg_stat_statements_reset()")

    def spent(self) -> Spent:
        """Return what statements cost since then."""
        return Spent(*self.execute(SPENT)[0])

    def create(self, name: str) -> contextlib.AbstractContextManager["Database"]:
        """Create another database on the same server."""
        self.execute(f"CREATE DATABASE {name}")
        return _connected(urlsplit(self.url)._replace(path=f"/{name}").geturl())


@contextlib.contextmanager
def _connected(url: str) -> Iterator[Database]:
    migrate(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        postmaster = psutil.Process(psutil.Process(connection.info.backend_pid).ppid())
        yield Database(url, connection, postmaster)


@contextlib.contextmanager
def postgres() -> Iterator[Database]:
    """Run a PostgreSQL server with its default durability and return its first database."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        Path(directory).chmod(0o755)  # root runs PostgreSQL as another account
        with embedded_postgres(Path(directory, "data"), SETTINGS) as url, _connected(url) as database:
            yield database
