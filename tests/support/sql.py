"""SQL past the application."""

import psycopg2


def new_database(server_url: str, name: str) -> str:
    """Create an empty database on the server and return its URL."""
    connection = psycopg2.connect(server_url)
    connection.autocommit = True
    connection.cursor().execute(f'CREATE DATABASE "{name}"')
    connection.close()
    return server_url.replace("/postgres?", f"/{name}?")


def run_sql(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run a statement past the application and return its rows."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
    finally:
        connection.close()
