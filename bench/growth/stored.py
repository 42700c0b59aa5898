"""More rows, more owners, later pages: what is stored grows."""

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from uuid import UUID

from app.tasks.resource import tasks
from bench.contestants import BY_KEY, OURS, Contestant
from bench.growth.costs import Case, Costs, Request, Served, served
from bench.growth.tables import Table
from bench.operations import OPERATIONS, owner_name
from bench.rows import connected
from routers.queries.pagination import Cursor

NAMES = [operation.name for operation in OPERATIONS]
NAMED = {operation.name: operation for operation in OPERATIONS}
APPLICATION = BY_KEY[OURS]
OWNERS, LIMIT, SHORT = 100, 50, 10
"""Owners of a table that differs in rows, and rows of a page; of one where owners have few."""

TASKS = "/api/v1/tasks"
UNSERVED = {"by title": "sort=title", "search that finds nothing": "q=nowhere"}
FEW = 5
"""Requests of those in a round: each reads all rows of an owner."""


def of_rows(costs: Costs) -> None:
    """More rows in the table; its owners stay the same, so that each has more."""
    tables = {rows: Table(rows, OWNERS) for rows in costs.plan.rows}
    with contextlib.ExitStack() as stack:
        cases = _cases(costs, "rows", tables, APPLICATION, stack)
        if "rows" in costs.plan.parts:
            costs.compare("rows", cases, NAMES)
        if "orders" in costs.plan.parts:
            few = replace(costs, plan=replace(costs.plan, requests=min(FEW, costs.plan.requests)))
            few.compare("orders", [replace(case, request=_unserved) for case in cases], list(UNSERVED))


def _unserved(name: str, number: int) -> Request:
    return Request("GET", f"{TASKS}?limit={LIMIT}&{UNSERVED[name]}", owner_name(number % OWNERS))


def of_owners(costs: Costs) -> None:
    """More owners in a table of as many rows; then the pages of the one who has them all."""
    tables = {owners: Table(costs.plan.table, owners) for owners in costs.plan.owners}
    few = replace(APPLICATION, listing=f"?limit={SHORT}")
    with contextlib.ExitStack() as stack:
        cases = _cases(costs, "owners", tables, few, stack)
        if "owners" in costs.plan.parts:
            costs.compare("owners", cases, NAMES)
        if "pages" in costs.plan.parts:
            of_pages(costs, cases[0].worker)


def _cases(
    costs: Costs, part: str, tables: Mapping[int, Table], contestant: Contestant, stack: contextlib.ExitStack
) -> list[Case]:
    """A case for each table, which is filled, with the application beside it."""
    cases = []
    for size, table in tables.items():
        url = costs.statements.database(f"{part}_{size}")
        table.fill(url)
        tidy = {name: partial(table.tidy, url, going=name == "delete") for name in ("create", "delete")}
        worker = stack.enter_context(served(url))
        cases.append(Case(f"{size:,}", worker, partial(_request, table, contestant), tidy))
    return cases


def _request(table: Table, contestant: Contestant, name: str, number: int) -> Request:
    return table.request(contestant, NAMED[name], number)


def of_pages(costs: Costs, worker: Served) -> None:
    """Later pages of a list."""
    cases = []
    for page in costs.plan.pages:
        path = f"{TASKS}?limit={LIMIT}{_cursor(worker, page)}"
        _refuse_another_page(worker, path, page)
        cases.append(Case(f"{page:,}", worker, partial(_page, path)))
    costs.compare("pages", cases, ["list"])


def _page(path: str, _name: str, _number: int) -> Request:
    return Request("GET", path, owner_name(0))


def _rows(worker: Served, columns: str, place: int, count: int) -> list[tuple[object, ...]]:
    with connected(worker.url) as cursor:
        cursor.execute(
            f"SELECT {columns} FROM task WHERE owner_id = %s ORDER BY created_at DESC, id DESC"
            f" OFFSET {place} LIMIT {count}",
            (owner_name(0),),
        )
        found: list[tuple[object, ...]] = cursor.fetchall()
    return found


def _cursor(worker: Served, page: int) -> str:
    """What the answer with the page before would say."""
    if page == 1:
        return ""
    ((moment, row),) = _rows(worker, "created_at, id", (page - 1) * LIMIT - 1, 1)
    return f"&cursor={Cursor(tasks.orders[0], moment, UUID(str(row)))}"


def _refuse_another_page(worker: Served, path: str, page: int) -> None:
    ids = [row["id"] for row in worker.ask("GET", path, owner_name(0))[1]["items"]]
    if ids != [str(row) for (row,) in _rows(worker, "id", (page - 1) * LIMIT, LIMIT)]:
        raise RuntimeError(f"{path} is not page {page}.")
