import socket
from collections.abc import Iterator

import psycopg2
import pytest

from tests.postgres import throwaway_postgres


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    with throwaway_postgres() as url:
        yield url


def new_database(server_url: str, name: str) -> str:
    """Create an empty database on the server and answer its URL."""
    connection = psycopg2.connect(server_url)
    connection.autocommit = True
    connection.cursor().execute(f'CREATE DATABASE "{name}"')
    connection.close()
    return server_url.replace("/postgres?", f"/{name}?")


def run_sql(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run a statement past the application and answer its rows."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
