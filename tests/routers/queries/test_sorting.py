"""Orders by nullable members, enums, several members and text without its case."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from sqlalchemy import create_engine

from routers import Database, OwnerId, Resource, Scope, UnitOfWork
from routers.queries.pagination import Cursor, cursor_type
from tests.support.chores import CHORES, ORDERS, Chore, ChoreRead
from tests.support.databases import new_pool
from tests.support.plans import explain
from tests.support.sql import new_database, run_sql

ROWS = 240
MANY_ROWS = 20_000
SORTS = pytest.mark.parametrize("sort", ORDERS)

INSERT = (
    "INSERT INTO chore (owner_id, id, title, nickname, due_on, priority, risk, effort)"
    " SELECT '{owner}', gen_random_uuid(),"
    " (ARRAY['apple', 'Zebra', 'zebra', 'Äpfel', 'äpfel', 'a b', 'B'])[1 + n % 7],"
    " (ARRAY['x', 'X', 'y', NULL])[1 + n % 4], date '2026-01-01' + nullif(n % {days}, 0),"
    " (ARRAY['low', 'medium', 'it''s urgent'])[1 + n % 3],"
    " (ARRAY['low', 'medium', 'it''s urgent', NULL])[1 + n / 3 % 4], n % 5 FROM generate_series(1, {rows}) n"
)


@pytest.fixture(scope="module")
def url(server_url: str) -> str:
    """A database with chores of two owners."""
    url = new_database(server_url, "chores")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    Chore.__table__.create(engine)  # type: ignore[attr-defined]
    engine.dispose()
    for owner, days, rows in (("ann", 8, ROWS), ("bob", 8, 50), ("large", 1000, MANY_ROWS)):
        run_sql(url, INSERT.format(owner=owner, days=days, rows=rows))
    run_sql(url, "VACUUM ANALYZE chore")
    return url


@pytest.fixture
def scope(chore_database: Database, sort: str) -> Scope[ChoreRead]:
    return Scope(CHORES[sort], OwnerId("ann"), UnitOfWork(chore_database))


@pytest.fixture(scope="module")
async def chore_database(url: str) -> Any:
    database = new_pool(url)
    yield database
    await database.close()


@SORTS
@pytest.mark.parametrize("limit", [1, 7, 100])
async def test_a_walk_returns_every_row_once_in_the_order_of_postgresql(
    scope: Scope[ChoreRead], url: str, sort: str, limit: int
) -> None:
    page = await scope.list(limit=limit)
    ids = [row.id for row in page.items]
    while page.next_cursor:
        page = await scope.list(limit=limit, cursor=page.next_cursor)
        ids += [row.id for row in page.items]
    expected = run_sql(url, f"SELECT id FROM chore WHERE owner_id = 'ann' ORDER BY {ORDERS[sort]}")  # noqa: S608 # constants
    assert [str(each) for each in ids] == [each for (each,) in expected]


@SORTS
def test_a_page_is_a_range_of_the_index_of_the_default_order(url: str, sort: str) -> None:
    resource = CHORES[sort]
    order = resource.orders[0]
    values = {"limit": 11, "scope_owner": "large"}
    with psycopg.connect(url, autocommit=True) as connection:
        types, first = explain(connection, resource.statements.list(order, frozenset(), after=False), values)
        assert types == ["Limit", "Index Scan"]
        for cursor in cursors(connection, resource, [MANY_ROWS // 2, MANY_ROWS - 20]):
            statement = resource.statements.list(order, frozenset(), after=True)
            types, buffers = explain(connection, statement, {**values, **cursor.parameters})
            if len({term.descending for term in order.terms}) == 1:
                assert types == ["Limit", "Index Scan"]
                assert buffers <= first + 6


def cursors(connection: psycopg.Connection[Any], resource: Resource[Any], places: list[int]) -> list[Cursor]:
    """Return the cursors after the rows at these places of the default order, and at the first null."""
    order = resource.orders[0]
    query = (
        f"SELECT {', '.join(order.members)}, id FROM chore WHERE owner_id = 'large'"  # noqa: S608 # constants
        f" ORDER BY {ORDERS[str(order)]}"
    )
    rows = connection.execute(query.encode()).fetchall()
    places += [place for place, row in enumerate(rows) if None in row][:1]
    return [Cursor(order, rows[place][:-1], rows[place][-1]) for place in places]


@SORTS
@given(data=st.data())
def test_every_cursor_that_matches_the_pattern_is_a_position(sort: str, data: st.DataObject) -> None:
    order = CHORES[sort].orders[0]
    schema = TypeAdapter(cursor_type([order])).json_schema()
    text = data.draw(st.from_regex(schema["pattern"], fullmatch=True))
    cursor = Cursor.parse(text, {sort: order})
    assert len(text) <= schema["maxLength"]
    assert Cursor.parse(str(cursor), {sort: order}) == cursor


@pytest.mark.parametrize("sort", ["priority", "-risk"])
async def test_a_cursor_with_an_unknown_value_of_an_enum_is_after_all_known_ones(
    scope: Scope[ChoreRead], sort: str
) -> None:
    page = await scope.list(cursor=f"{sort}.{b'newer'.hex()}{UUID(int=0).hex}")
    known = [getattr(row, sort.removeprefix("-")) for row in page.items]
    assert known == ([] if sort == "priority" else [*known])
    assert (len(known) > 0) == (sort == "-risk")


def test_the_document_says_how_values_are_ordered() -> None:
    sort = CHORES["-due_on,title"].query_schema.model_json_schema()["properties"]["sort"]
    assert sort["description"] == (
        "The order, with ties broken by id. Default: `-due_on,title`. Nulls are last. `title` ignores case."
    )
    priority = CHORES["priority"].query_schema.model_json_schema()["properties"]["sort"]
    assert priority["description"].endswith("`priority` is in the documented order of its values.")


@pytest.mark.parametrize("sort", ["due_on"])
@pytest.mark.parametrize("limit", [0, 101])
async def test_a_limit_that_no_page_has_is_an_error_of_the_author(
    scope: Scope[ChoreRead], limit: int
) -> None:
    with pytest.raises(ValueError, match=f"limit={limit} is not possible: pass a number from 1 to 100"):
        await scope.list(limit=limit)
