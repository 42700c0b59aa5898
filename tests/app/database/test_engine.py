"""The database engine."""

import os
import socket

import certifi
import pytest
from sqlalchemy import text

from app.database.engine import driver_url, open_database, warm_up
from routers import Unavailable
from routers.database.timeout import driver_of
from tests.support.fault_proxy import fault_proxy
from tests.support.sql import run_sql
from tests.support.wire import wire_to

NEON = (
    "ep-x-pooler.eu-central-1.aws.neon.tech/neondb"
    "?sslmode=require&channel_binding=require&options=endpoint%3Dep-x"
)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
def test_a_url_of_neon_keeps_all_its_parameters(scheme: str, driver: str) -> None:
    url = driver_url(f"{scheme}://user:p%40ss@{NEON}", driver)
    assert url.drivername == f"postgresql+{driver}"
    assert (url.username, url.password, url.database) == ("user", "p@ss", "neondb")
    assert dict(url.query) == {
        "sslmode": "require",
        "channel_binding": "require",
        "options": "endpoint=ep-x",
    }


def test_the_certificates_of_the_system_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    driver_url("postgresql://h/d?sslmode=verify-full&sslrootcert=system", "psycopg")
    assert os.environ["SSL_CERT_FILE"] == certifi.where()


async def test_a_warmed_up_pool_needs_one_round_trip_per_statement(task_url: str) -> None:
    async with wire_to(task_url) as wire:
        database = open_database(wire.url)
        await warm_up(database)
        wire.reset()
        await database.fetch(text("SELECT 2"), {})
        assert (wire.trips, wire.statements) == (1, ["SELECT 2"])
        await database.close()


async def test_a_connection_that_the_server_closed_is_replaced(task_url: str) -> None:
    database = open_database(task_url)
    await warm_up(database)
    run_sql(
        task_url,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = 'tasks' AND pid <> pg_backend_pid()",
    )
    (row,) = await database.fetch(text("SELECT 1 AS one"), {})
    assert row[0] == 1
    await database.close()


async def test_warming_up_without_a_server_raises_unavailable() -> None:
    database = open_database("postgresql://u@127.0.0.1:1/d")
    with pytest.raises(Unavailable):
        await warm_up(database)
    await database.close()


async def test_dead_connections_are_detected_while_idle(task_url: str) -> None:
    with fault_proxy(task_url) as proxy:
        database = open_database(f"{proxy.url}?keepalives_interval=7")
        async with database.engine.connect() as connection:
            driver = driver_of(connection)
            with socket.socket(fileno=os.dup(driver.fileno())) as tcp:
                assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
                assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 7
        await database.close()
