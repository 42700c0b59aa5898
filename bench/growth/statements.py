"""What the application's statements cost PostgreSQL, as PostgreSQL itself counts it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from app.database.migrations import migrate
from bench.rows import connected

SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements",
    "pg_stat_statements.track_planning": "on",
    "pg_stat_statements.track_utility": "off",
}
"""For a server that is to count: nothing is prepared, so planning belongs to each request."""

COUNTED = """
SELECT coalesce(sum(calls), 0), coalesce(sum(total_plan_time + total_exec_time), 0),
    coalesce(sum(shared_blks_hit + shared_blks_read), 0)
FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid WHERE datname = %s
"""


@dataclass(frozen=True)
class Spent:
    """What some statements cost.

    Attributes:
        calls: How many there were.
        seconds: Time to plan and to execute them; the commit comes after and is not in it.
        buffers: Pages of 8 KiB that they touched.
    """

    calls: int
    seconds: float
    buffers: int


class Statements:
    """PostgreSQL's counters, read from a database that nobody measures."""

    def __init__(self, url: str) -> None:
        self.url = url
        with connected(url) as cursor:
            cursor.execute("CREATE EXTENSION pg_stat_statements")

    def database(self, name: str) -> str:
        """The URL of a new database that holds the application's tables, empty."""
        with connected(self.url) as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        url = urlsplit(self.url)._replace(path=f"/{name}").geturl()
        migrate(url)
        return url

    def forget(self) -> None:
        """Count from here on."""
        with connected(self.url) as cursor:
            cursor.execute("SELECT pg_stat_statements_reset()")

    def spent(self, url: str) -> Spent:
        """What all statements in this database cost since then."""
        with connected(self.url) as cursor:
            cursor.execute(COUNTED, (urlsplit(url).path.strip("/"),))
            calls, milliseconds, buffers = cursor.fetchone()
        return Spent(int(calls), float(milliseconds) / 1000, int(buffers))
