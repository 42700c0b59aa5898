"""The rows that every contestant finds, made by SQL."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg2

from bench.operations import BIG, CREATOR, DELETER, OWNERS, ROWS, owner_name

INSERT = """
INSERT INTO task (owner_id, id, created_at, updated_at, title, description, completed)
SELECT 'owner-' || owner,
    (lpad(to_hex(owner), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(row), 12, '0'))::uuid,
    moment, moment, 'Task ' || row || ' of this owner', 'What is to be done, in some words.', row % 3 = 0
FROM (SELECT owner, row, timestamptz '2026-01-01 00:00Z' + row * interval '1 minute 1 microsecond' AS moment
    FROM generate_series({owners}) AS owner, generate_series({rows}) AS row) AS rows
"""


@contextlib.contextmanager
def connected(url: str) -> Iterator[Any]:
    """A cursor, each of whose statements is kept at once."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()


def seed(url: str) -> None:
    """Fill the table anew."""
    with connected(url) as cursor:
        cursor.execute("TRUNCATE task")
        cursor.execute(INSERT.format(owners=f"0, {OWNERS - 2}", rows=f"0, {ROWS - 1}"))
        cursor.execute(INSERT.format(owners=f"{OWNERS - 1}, {OWNERS - 1}", rows=f"0, {BIG - 1}"))
        cursor.execute("VACUUM (ANALYZE) task")


def prepare_deletes(url: str, *ranges: tuple[int, int]) -> None:
    """Make the rows of these numbers that are to be deleted; whatever earlier runs left goes."""
    with connected(url) as cursor:
        volatile = tuple(map(owner_name, (CREATOR, DELETER)))
        cursor.execute("DELETE FROM task WHERE owner_id IN %s", (volatile,))
        for first, count in ranges:
            rows = f"{first}, {first + count - 1}"
            cursor.execute(INSERT.format(owners=f"{DELETER}, {DELETER}", rows=rows))


def tidy(url: str) -> None:
    """Leave nothing of one round to the next."""
    prepare_deletes(url)
    with connected(url) as cursor:
        cursor.execute("VACUUM (ANALYZE) task")
        cursor.execute("CHECKPOINT")
