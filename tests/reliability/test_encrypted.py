"""TLS, SCRAM and channel binding, directly and behind PgBouncer in transaction mode."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from app.database.migrations import migrate
from tests.reliability.encrypted import Encrypted, PgBouncer, encrypted_postgres, pgbouncer
from tests.reliability.scenario import Fault, Measure, faults
from tests.reliability.services import Services, api
from tests.support.sql import run_sql

pytestmark = pytest.mark.slow

TERMINATE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@dataclass
class Site:
    """The servers of a test."""

    encrypted: Encrypted
    url: str
    bouncer: PgBouncer | None = None


@pytest.fixture(scope="module")
def encrypted() -> Iterator[Encrypted]:
    with encrypted_postgres() as server:
        yield server


@pytest.fixture
def url(encrypted: Encrypted) -> str:
    """Return the URL of a migrated database, which requires channel binding."""
    name = f"faults-{uuid4()}"
    server = encrypted.server
    run_sql(f"{server.url}&port={server.port}", f'CREATE DATABASE "{name}"')
    url = encrypted.url(server.port, name, channel_binding="require")
    migrate(url)
    return url


def nothing(_site: Site) -> None:
    time.sleep(3)


def terminate_connections(site: Site) -> None:
    for _ in range(5):
        run_sql(site.url, TERMINATE)
        time.sleep(0.2)


def restart_postgres(site: Site) -> None:
    site.encrypted.server.stop()
    time.sleep(1)
    site.encrypted.server.start()


def kill_pgbouncer(site: Site) -> None:
    assert site.bouncer is not None
    site.bouncer.kill()
    time.sleep(1)
    site.bouncer.start()


@faults(
    Fault("TLS, SCRAM, channel binding: no fault", nothing, harmless=True, deep=True),
    Fault("TLS, SCRAM, channel binding: connections terminated", terminate_connections, deep=True),
    Fault("TLS, SCRAM, channel binding: PostgreSQL restarted", restart_postgres, visible=True, deep=True),
)
async def test_no_acknowledged_write_is_lost_with_tls_and_channel_binding(
    fault: Fault, measure: Measure, services: Services, encrypted: Encrypted, url: str
) -> None:
    service = services.todo(DATABASE_URL=url)
    await measure(fault, Site(encrypted, url), [api(service)])


@faults(
    Fault("PgBouncer: no fault", nothing, harmless=True, deep=True),
    Fault("PgBouncer, tracking prepared statements: no fault", nothing, harmless=True, deep=True),
    Fault("PgBouncer: connections of PostgreSQL terminated", terminate_connections, deep=True),
    Fault("PgBouncer: PostgreSQL restarted", restart_postgres, visible=True, deep=True),
    Fault("PgBouncer: `kill -9`, started after 1 s", kill_pgbouncer, visible=True, deep=True),
)
async def test_no_acknowledged_write_is_lost_behind_pgbouncer(
    fault: Fault, measure: Measure, services: Services, encrypted: Encrypted, url: str
) -> None:
    bouncer = pgbouncer(encrypted, services.directory, prepared="prepared" in fault.name)
    services.started.append(bouncer)
    bouncer.start()
    service = services.todo(DATABASE_URL=encrypted.url(bouncer.port, urlsplit(url).path[1:]))
    await measure(fault, Site(encrypted, url, bouncer), [api(service)])
