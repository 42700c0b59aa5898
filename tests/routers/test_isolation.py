"""Isolation of the tests' own resource; and that the kit would notice if it were gone."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import bindparam, select

from routers import Database, OwnerId, ProblemError, ResourceRouter, Scope
from routers.policy import OWNER
from routers.resource import Resource
from routers.statements import Statements
from tests.conftest import run_sql
from tests.isolation import leak
from tests.routers.gadgets import GadgetRead, gadget_router, gadgets

WALKS = 25
ROUTER: ResourceRouter[Any] = gadget_router()

Walk = Callable[[int], Awaitable[str | None]]


@pytest.fixture
def walk(client: httpx.AsyncClient, gadget_url: str) -> Walk:
    async def ask(step: tuple[str, str, str, Any, dict[str, str]]) -> httpx.Response:
        owner, method, path, body, headers = step
        headers = {**headers, "Owner": owner, "X-Request-ID": "same"}
        return await client.request(method, path, json=body, headers=headers)

    def empty() -> None:
        run_sql(gadget_url, "DELETE FROM gadget")

    return lambda seed: leak(ask, empty, ROUTER, seed)


@pytest.mark.parametrize("seed", range(WALKS))
async def test_nothing_that_another_owner_does_can_be_observed(walk: Walk, seed: int) -> None:
    assert await walk(seed) is None


async def noticed(walk: Walk) -> bool:
    """Whether the walks that find nothing in the honest resource find something now."""
    for seed in range(WALKS):
        if await walk(seed):
            return True
    return False


def fresh() -> Statements:
    statements: Statements = vars(Resource)["statements"].func(gadgets)
    return statements


def without_owner(operation: str, *names: str) -> Statements:
    """The statements of gadgets, those of these names without the condition on the owner."""
    mutant, leaky = fresh(), fresh()
    leaky._policy = leaky._policy.model_copy(update={operation: True})  # noqa: SLF001
    for name in names:
        vars(mutant)[name] = getattr(leaky, name)
    return mutant


def limited_first() -> Statements:
    """A list that takes its page before it looks whose rows those are."""
    mutant = fresh()

    def listing(sort: Any, _filters: Any, *, after: bool) -> Any:
        page = select(gadgets.table).where(*([sort.beyond(gadgets.table)] if after else []))
        page = page.order_by(*sort.order(gadgets.table)).limit(bindparam("limit"))
        rows = page.subquery()
        columns = [rows.c[name] for name in GadgetRead.model_fields]
        return select(*columns).where(rows.c.owner_id == OWNER).order_by(rows.c.created_at.desc())

    mutant.listing = listing  # type: ignore[assignment]
    return mutant


@pytest.mark.parametrize(
    "mutant",
    [
        without_owner("read", "listing"),
        without_owner("read", "get"),
        without_owner("update", "update"),
        without_owner("update", "update_by"),
        without_owner("delete", "delete"),
        limited_first(),
    ],
    ids=["list", "get", "update", "plugin route", "delete", "limit first"],
)
async def test_a_statement_that_forgets_the_owner_is_caught(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, mutant: Statements
) -> None:
    monkeypatch.setitem(vars(gadgets), "statements", mutant)
    assert await noticed(walk)


class Forbidden(ProblemError):
    """403: it exists, and is not yours."""

    status = 403
    detail = "This is somebody else's."


async def test_an_answer_that_tells_of_foreign_rows_is_caught(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    honest = Scope._fetch  # noqa: SLF001

    async def telling(self: Scope[GadgetRead], statement: Any, **values: Any) -> Any:
        rows = await honest(self, statement, **values)
        if not rows and "row_id" in values:
            foreign = select(gadgets.table.c.id).where(gadgets.table.c.id == values["row_id"])
            if await database.fetch(foreign, {}):
                raise Forbidden
        return rows

    monkeypatch.setattr(Scope, "_fetch", telling)
    assert await noticed(walk)


async def test_an_id_that_is_unique_over_all_owners_is_caught(walk: Walk, gadget_url: str) -> None:
    run_sql(gadget_url, "DELETE FROM gadget; CREATE UNIQUE INDEX leaky ON gadget (id)")
    try:
        assert await noticed(walk)
    finally:
        run_sql(gadget_url, "DROP INDEX leaky")


def test_a_scope_takes_its_owner_once(database: Database) -> None:
    scope = Scope(gadgets, OwnerId("ann"), database)
    for name in ("list", "get", "create", "put", "update", "delete"):
        assert "owner" not in str(getattr(scope, name).__annotations__)
