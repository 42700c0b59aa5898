"""Faults of a PostgreSQL server, with `todo serve` connected to it directly."""

import contextlib
import signal
import time
from dataclasses import dataclass
from uuid import uuid4

import psycopg2
import pytest

from tests.reliability.scenario import Fault, Measure, faults
from tests.reliability.services import Services, api
from tests.support.postgres import PostgreSQL
from tests.support.sql import run_sql
from tests.support.tasks import migrated_database

pytestmark = pytest.mark.slow

TERMINATE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@dataclass
class Site:
    """A server, and the URL of the application's database on it."""

    server: PostgreSQL
    url: str


def stop_and_start(site: Site) -> None:
    site.server.stop()
    time.sleep(1)
    site.server.start()


def stop_immediately(site: Site) -> None:
    site.server.stop(signal.SIGQUIT)
    site.server.start()


def kill_the_server(site: Site) -> None:
    site.server.stop(signal.SIGKILL)
    site.server.start()


def freeze(site: Site) -> None:
    processes = site.server.processes()
    for process in processes:
        process.suspend()
    time.sleep(4)
    for process in processes:
        with contextlib.suppress(psycopg2.Error, ProcessLookupError):
            process.resume()


def terminate_connections(site: Site) -> None:
    for _ in range(5):
        run_sql(site.url, TERMINATE)
        time.sleep(0.2)


def lock_the_table(site: Site) -> None:
    with contextlib.closing(psycopg2.connect(site.url)) as connection:
        connection.cursor().execute("LOCK TABLE task IN ACCESS EXCLUSIVE MODE")
        time.sleep(4)


def make_read_only(site: Site) -> None:
    _configure(site, "SET default_transaction_read_only = on")
    time.sleep(1)
    _configure(site, "RESET default_transaction_read_only")


def use_all_connections(site: Site) -> None:
    """Take all connections, those of the application included, and keep them for 3 seconds."""
    with contextlib.ExitStack() as stack:
        taken: list[int] = []
        cursor = stack.enter_context(contextlib.closing(psycopg2.connect(site.url))).cursor()
        full: float | None = None
        while full is None or time.monotonic() < full + 3:
            try:
                connection = stack.enter_context(contextlib.closing(psycopg2.connect(site.url)))
            except psycopg2.OperationalError:
                full = full or time.monotonic()
                cursor.execute(f"{TERMINATE} AND pid <> ALL (%s)", (taken,))
            else:
                taken.append(connection.info.backend_pid)


def _configure(site: Site, change: str) -> None:
    run_sql(site.url, f"ALTER SYSTEM {change}")
    run_sql(site.url, "SELECT pg_reload_conf()")


@faults(
    Fault("PostgreSQL stopped, started after 1 s", stop_and_start, visible=True, rounds=5),
    Fault(
        "PostgreSQL stopped in immediate mode, started", stop_immediately, visible=True, rounds=5, deep=True
    ),
    Fault("`kill -9` of PostgreSQL, started", kill_the_server, visible=True, rounds=5, deep=True),
    Fault("PostgreSQL frozen (SIGSTOP) for 4 s", freeze, visible=True, deep=True),
    Fault("all connections terminated by PostgreSQL, 5 times", terminate_connections, rounds=5, deep=True),
    Fault("table locked (ACCESS EXCLUSIVE) for 4 s", lock_the_table, visible=True, deep=True),
    Fault("database read-only for 1 s", make_read_only, visible=True),
    Fault(
        "all connections of PostgreSQL used by others for 3 s", use_all_connections, visible=True, deep=True
    ),
)
async def test_no_acknowledged_write_is_lost_when_the_database_fails(
    fault: Fault, measure: Measure, services: Services, postgres: PostgreSQL
) -> None:
    url = migrated_database(postgres.url, f"faults-{uuid4()}")
    service = services.todo(DATABASE_URL=url)
    await measure(fault, Site(postgres, url), [api(service)])
