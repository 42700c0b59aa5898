"""Plans of PostgreSQL."""

from collections.abc import Iterator
from typing import Any

import psycopg
from sqlalchemy import make_url

DIALECT: Any = make_url("postgresql+psycopg://").get_dialect()()

Connection = psycopg.Connection[tuple[Any, ...]]


def nodes(plan: dict[str, Any]) -> Iterator[str]:
    """Yield the types of a plan's nodes."""
    yield plan["Node Type"]
    for part in plan.get("Plans", []):
        yield from nodes(part)


def explain(connection: Connection, statement: Any, values: dict[str, Any]) -> tuple[list[str], int]:
    """Return the nodes of a statement's plan, and the number of buffers that it reads."""
    compiled = statement.compile(dialect=DIALECT)
    text = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {compiled}"
    (row,) = connection.execute(text.encode(), compiled.construct_params(values)).fetchall()
    plan = row[0][0]["Plan"]
    return list(nodes(plan)), plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
