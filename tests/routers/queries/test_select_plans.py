"""A SELECT through a scope has the plan of the same SELECT with the owner in its conditions.

`make pages` runs this on a million rows and prints the plans.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import exists, func, select, true

from routers.database.statement import CompiledStatement
from routers.queries.owner_compiler import OWNER_DIALECT
from tests.routers.scope.select_statements import AMOUNT, BOOK, ENTRY, LEDGER, LEDGER_ID, NAME, TEXT
from tests.support.ledgers import Entry, create_ledgers, row_id
from tests.support.sql import new_database

ROWS = int(os.environ.get("PAGES_ROWS", "20000"))
OWNERS = int(os.environ.get("PAGES_OWNERS", "20"))
REPORT: list[str] = []

Connection = psycopg.Connection[tuple[Any, ...]]

MINE, MY_LEDGER = ENTRY.owner_id == "owner 7", BOOK.owner_id == "owner 7"
LARGEST: Any = select(AMOUNT).where(LEDGER == LEDGER_ID).order_by(AMOUNT.desc()).limit(1)
RANK: Any = func.rank().over(partition_by=LEDGER, order_by=AMOUNT)
IN_LEDGER = exists().where(LEDGER == LEDGER_ID)

PAIRS: dict[str, tuple[Any, Any]] = {
    "aggregate": (
        select(LEDGER, func.sum(AMOUNT)).group_by(LEDGER),
        select(LEDGER, func.sum(AMOUNT)).where(MINE).group_by(LEDGER),
    ),
    "order and limit": (
        select(TEXT).order_by(ENTRY.created_at.desc(), ENTRY.id.desc()).limit(10),
        select(TEXT).where(MINE).order_by(ENTRY.created_at.desc(), ENTRY.id.desc()).limit(10),
    ),
    "join": (
        select(NAME, func.sum(AMOUNT)).join(Entry, LEDGER == LEDGER_ID).group_by(NAME),
        select(NAME, func.sum(AMOUNT)).join(Entry, LEDGER == LEDGER_ID).where(MINE, MY_LEDGER).group_by(NAME),
    ),
    "left join": (
        select(NAME, AMOUNT).outerjoin(Entry, LEDGER == LEDGER_ID),
        select(NAME, AMOUNT).outerjoin(Entry, (LEDGER == LEDGER_ID) & MINE).where(MY_LEDGER),
    ),
    "exists": (select(NAME).where(IN_LEDGER), select(NAME).where(MY_LEDGER, IN_LEDGER.where(MINE))),
    "not exists": (select(NAME).where(~IN_LEDGER), select(NAME).where(MY_LEDGER, ~IN_LEDGER.where(MINE))),
    "in": (
        select(TEXT).where(LEDGER.in_(select(LEDGER_ID).where(NAME < "b"))),
        select(TEXT).where(MINE, LEDGER.in_(select(LEDGER_ID).where(MY_LEDGER, NAME < "b"))),
    ),
    "scalar subquery": (
        select(NAME, LARGEST.scalar_subquery()),
        select(NAME, LARGEST.where(MINE).scalar_subquery()).where(MY_LEDGER),
    ),
    "lateral": (
        select(NAME, (top := LARGEST.lateral("top")).c.amount).join(top, true()),
        select(NAME, (mine := LARGEST.where(MINE).lateral("top")).c.amount)
        .join(mine, true())
        .where(MY_LEDGER),
    ),
    "window": (select(TEXT, RANK), select(TEXT, RANK).where(MINE)),
    "one row": (select(TEXT).where(ENTRY.id == row_id(1)), select(TEXT).where(MINE, ENTRY.id == row_id(1))),
}


@pytest.fixture(scope="module")
def connection(server_url: str) -> Iterator[Connection]:
    url = new_database(server_url, "select_plans")
    create_ledgers(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO specimen_ledger (owner_id, id, name)"  # noqa: S608 # constants
            f" SELECT 'owner ' || n % {OWNERS}, gen_random_uuid(), md5(n::text)"
            f" FROM generate_series(1, {10 * OWNERS}) n"
        )
        connection.execute(
            "INSERT INTO specimen_entry (owner_id, id, created_at, text, amount, booked_on, tags, ledger_id)"  # noqa: S608 # constants
            " SELECT owner_id, gen_random_uuid(), now() - random() * '1 year'::interval, 'text',"
            "  (random() * 100)::numeric(8, 2), '2026-01-01', '[]', id"
            f" FROM specimen_ledger, generate_series(1, {ROWS // (10 * OWNERS)}) ORDER BY random()"
        )
        connection.execute("VACUUM ANALYZE specimen_ledger, specimen_entry")
        yield connection
    print(*REPORT, sep="\n")  # noqa: T201 # the output of `make pages`


def plan_of(connection: Connection, statement: CompiledStatement) -> list[str]:
    """Return the lines of a plan, without its costs."""
    sql, arguments = statement.bind({"scope_owner": "owner 7"})
    literals = (psycopg.sql.Literal(each).as_string() for each in arguments)
    text = sql.decode()
    for number, literal in reversed(list(enumerate(literals, 1))):
        text = text.replace(f"${number}", literal)
    return [str(line) for (line,) in connection.execute(f"EXPLAIN (COSTS OFF) {text}".encode())]


@pytest.mark.parametrize("name", PAIRS)
def test_a_select_through_a_scope_has_the_plan_of_one_with_the_owner_in_its_conditions(
    connection: Connection, name: str
) -> None:
    through_scope, by_hand = PAIRS[name]
    plan = plan_of(connection, CompiledStatement(through_scope, OWNER_DIALECT))
    REPORT.append("\n".join([f"{name}:", *(f"    {line}" for line in plan)]))
    expected = plan_of(connection, CompiledStatement(by_hand))
    assert [_without_tables(line) for line in plan] == [_without_tables(line) for line in expected]
    assert any("Index" in line for line in plan)


def _without_tables(line: str) -> str:
    """Remove what qualifies columns, which PostgreSQL does for a subquery even if there is one table."""
    return re.sub(r"\b\w+\.", "", line)
