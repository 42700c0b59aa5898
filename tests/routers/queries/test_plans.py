"""The last page costs PostgreSQL as much as the first, however many rows and owners there are.

`make pages` runs this on a million rows and prints the buffers of each page.
"""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from routers import Resource
from routers.queries.pagination import Cursor
from tests.support.gadgets import gadgets
from tests.support.plans import Connection, explain
from tests.support.specimens import create_specimens, regions
from tests.support.sql import new_database

ROWS = int(os.environ.get("PAGES_ROWS", "20000"))
OWNERS = int(os.environ.get("PAGES_OWNERS", "20"))
LARGE_OWNER_ROWS = int(os.environ.get("PAGES_RICH", "10000"))
"""The rows of the owner `large`."""

LIMIT = 10
REPORT: list[str] = []


@pytest.fixture(scope="module")
def connection(server_url: str) -> Iterator[Connection]:
    url = new_database(server_url, "plans")
    create_specimens(url)
    with psycopg.connect(url, autocommit=True) as connection:
        for rows, owner in ((ROWS, f"'owner ' || n % {OWNERS}"), (LARGE_OWNER_ROWS, "'large'")):
            connection.execute(
                "INSERT INTO gadget (owner_id, id, name, ready, created_at)"  # noqa: S608 # constants
                f" SELECT {owner}, gen_random_uuid(), 'g', false, now() - random() * '1 year'::interval"
                f" FROM generate_series(1, {rows}) n ORDER BY random()"
            )
        connection.execute(
            "INSERT INTO region (id, name)"  # noqa: S608 # constants
            " SELECT gen_random_uuid(), upper(substr(md5(n::text), 1, 1)) || md5(n::text)"
            f" FROM generate_series(1, {ROWS}) n"
        )
        connection.execute("VACUUM ANALYZE gadget, region")
        yield connection
    print(*REPORT, sep="\n")  # noqa: T201 # the output of `make pages`


def cursor_at(connection: Connection, resource: Resource[Any], owner: str | None, place: int) -> Cursor:
    """Return the cursor after the row at this place of the default order."""
    sort = resource.orders[0]
    (term,) = sort.terms
    table, column = resource.table.name, term.member + (' COLLATE "C"' if resource is regions else "")
    condition = "owner_id = %s" if owner else "%s::text IS NULL"
    direction = "DESC" if term.descending else "ASC"
    order = f"{column} {direction}, id {direction}"
    query = f"SELECT {term.member}, id FROM {table} WHERE {condition} ORDER BY {order}"  # noqa: S608 # constants
    (row,) = connection.execute(f"{query} OFFSET {place} LIMIT 1".encode(), (owner,)).fetchall()
    return Cursor(sort, row[:1], row[1])


@pytest.mark.parametrize(
    ("resource", "owner", "count"),
    [(gadgets, "owner 7", ROWS // OWNERS), (gadgets, "large", LARGE_OWNER_ROWS), (regions, None, ROWS)],
    ids=["one of many owners", "an owner of many rows", "a public table sorted by text"],
)
def test_each_page_of_the_default_sort_is_one_range_scan_of_its_index(
    connection: Connection, resource: Resource[Any], owner: str | None, count: int
) -> None:
    sort = resource.orders[0]
    values = {"limit": LIMIT + 1, "scope_owner": owner}
    types, first = explain(connection, resource.statements.list(sort, frozenset(), after=False), values)
    assert types == ["Limit", "Index Scan"]
    for place in (count // 2, count - LIMIT - 2):
        cursor = cursor_at(connection, resource, owner, place)
        deep = {**values, **cursor.parameters}
        statement = resource.statements.list(sort, frozenset(), after=True)
        types, buffers = explain(connection, statement, deep)
        assert types == ["Limit", "Index Scan"]
        REPORT.append(
            f"{resource.collection} of {owner or 'everyone'}: {count} rows, page 1: {first} buffers,"
            f" page {place // LIMIT + 1}: {buffers} buffers"
        )
        # The rows may be on a few more pages of the index.
        assert buffers <= first + 4


def test_a_page_with_a_total_is_still_a_range_scan_of_the_index(connection: Connection) -> None:
    values = {"limit": LIMIT + 1, "scope_owner": "large"}
    cursor = cursor_at(connection, gadgets, "large", LARGE_OWNER_ROWS // 2)
    deep = {**values, **cursor.parameters}
    for after in (False, True):
        statement = gadgets.statements.list(gadgets.orders[0], frozenset(), after=after, count=True)
        types, buffers = explain(connection, statement, deep if after else values)
        outer, total, page = types[:2], types[2:-2], types[-2:]
        assert outer == ["Sort", "Nested Loop"]
        assert total[0] == "Aggregate"
        assert page == ["Limit", "Index Scan"]
        REPORT.append(f"gadgets of large: {LARGE_OWNER_ROWS} rows, with a total: {buffers} buffers")
