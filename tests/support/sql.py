"""SQL that bypasses the application."""

import asyncio

import psycopg2


def new_database(server_url: str, name: str) -> str:
    """Create an empty database on the server and return its URL.

    A worker may return to a module, whose fixtures then create their databases again.
    """
    connection = psycopg2.connect(server_url)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    cursor.execute(f'CREATE DATABASE "{name}"')
    connection.close()
    return server_url.replace("/postgres?", f"/{name}?")


def run_sql(url: str, statement: str) -> list[tuple[object, ...]]:
    """Execute a statement without the application and return its rows."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()


async def wait_for_rows(count: int, url: str, statement: str, seconds: float = 30) -> None:
    """Wait until a query without side effects returns so many rows."""
    async with asyncio.timeout(seconds):
        while len(run_sql(url, statement)) != count:  # noqa: ASYNC110 # the server has no event for it
            await asyncio.sleep(0.02)
