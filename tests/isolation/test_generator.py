"""Isolation of the tests' own resources; and that the kit would notice if it were gone."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import bindparam, select

from routers import Database, ProblemError, Resource, ResourceRouter, Scope
from routers.queries import conflicts
from routers.queries.ownership import OWNER
from routers.queries.statements import Statements
from tests.support.gadget_applications import client_through
from tests.support.gadgets import GadgetRead, gadget_router, gadgets
from tests.support.isolation import Step, leak
from tests.support.specimens import labels, shelves, specimen_application, specimen_routers
from tests.support.sql import run_sql

WALKS = 40
ROUTERS: tuple[ResourceRouter[Any], ...] = (gadget_router(), *specimen_routers())
OWNED = {each.resource.collection: each.resource for each in ROUTERS if not each.resource.public}

Walk = Callable[[int], Awaitable[str | None]]


@pytest.fixture
def walk(specimen_database: Database, specimen_url: str, region: str) -> Walk:
    api = specimen_application(specimen_database)
    api.include_router(ROUTERS[0])
    client = client_through(httpx.ASGITransport(api, raise_app_exceptions=False))

    async def ask(step: Step) -> httpx.Response:
        headers = {**step.headers, "Owner": step.owner, "X-Request-ID": "same"}
        return await client.request(step.method, step.path, json=step.body, headers=headers)

    def empty() -> None:
        run_sql(specimen_url, f"TRUNCATE {', '.join(each.table.name for each in OWNED.values())}")

    return lambda seed: leak(ask, empty, ROUTERS, seed)


@pytest.mark.parametrize("seed", range(WALKS))
async def test_nothing_that_another_owner_does_can_be_observed(walk: Walk, seed: int) -> None:
    assert await walk(seed) is None


async def noticed(walk: Walk, resource: Resource[Any]) -> bool:
    """Whether the walks that find nothing in the honest resources find something now."""
    index = [router.resource for router in ROUTERS].index(resource)
    # Those first that are mostly about this resource.
    for seed in sorted(range(WALKS), key=lambda seed: seed % len(ROUTERS) != index):
        if await walk(seed):
            return True
    return False


def fresh(resource: Resource[Any]) -> Statements:
    statements: Statements = vars(Resource)["statements"].func(resource)
    return statements


def without_owner(resource: Resource[Any], operation: str, *names: str) -> Statements:
    """A resource's statements, those of these names without the condition on the owner."""
    mutant, leaky = fresh(resource), fresh(resource)
    leaky._policy = leaky._policy.model_copy(update={operation: True})  # noqa: SLF001
    for name in names:
        vars(mutant)[name] = getattr(leaky, name)
    return mutant


def limited_first(resource: Resource[Any]) -> Statements:
    """A list that takes its page before it looks whose rows those are."""
    mutant, table = fresh(resource), resource.table

    def list_rows(sort: Any, _filters: Any, *, after: bool) -> Any:
        page = select(table).where(*([sort.after_cursor(table)] if after else []))
        rows = page.order_by(*sort.order_by(table)).limit(bindparam("limit")).subquery()
        columns = [rows.c[name] for name in resource.read.model_fields]
        return select(*columns).where(rows.c.owner_id == OWNER).order_by(rows.c.created_at.desc())

    mutant.list = list_rows  # type: ignore[assignment]
    return mutant


MUTANTS = {
    f"{collection} {name}": (resource, without_owner(resource, operation, name))
    for collection, resource in OWNED.items()
    for operation, name in (
        ("read", "list"),
        ("read", "get"),
        ("update", "update"),
        ("update", "update_by"),
        ("delete", "delete"),
        ("read", "update_conflicts"),
        ("read", "delete_conflicts"),
    )
    # No route asks for these.
    if (collection, name)
    not in {
        ("shelves", "update_by"),
        ("labels", "update_by"),
        ("shelves", "update"),
        ("shelves", "update_conflicts"),
    }
} | {
    f"{collection} limit first": (resource, limited_first(resource)) for collection, resource in OWNED.items()
}


@pytest.mark.parametrize(("resource", "mutant"), MUTANTS.values(), ids=MUTANTS)
async def test_a_statement_that_forgets_the_owner_is_caught(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, resource: Resource[Any], mutant: Statements
) -> None:
    monkeypatch.setitem(vars(resource), "statements", mutant)
    assert await noticed(walk, resource)


class Forbidden(ProblemError):
    """403: it exists, and is not yours."""

    status = 403
    detail = "This is somebody else's."


async def test_an_answer_that_tells_of_foreign_rows_is_caught(
    walk: Walk, monkeypatch: pytest.MonkeyPatch, specimen_database: Database
) -> None:
    honest = Scope._fetch  # noqa: SLF001

    async def telling(self: Scope[GadgetRead], statement: Any, **values: Any) -> Any:
        rows = await honest(self, statement, **values)
        if not rows and "row_id" in values:
            foreign = select(gadgets.table.c.id).where(gadgets.table.c.id == values["row_id"])
            if await specimen_database.fetch(foreign, {}):
                raise Forbidden
        return rows

    monkeypatch.setattr(Scope, "_fetch", telling)
    assert await noticed(walk, gadgets)


@pytest.mark.parametrize("resource", [gadgets, shelves], ids=lambda resource: resource.collection)
async def test_a_key_that_is_unique_over_all_owners_is_caught(
    walk: Walk, specimen_url: str, resource: Resource[Any]
) -> None:
    table, column = resource.table.name, "id" if resource is gadgets else "name"
    run_sql(specimen_url, f"TRUNCATE {table} CASCADE; CREATE UNIQUE INDEX leaky ON {table} ({column})")
    try:
        assert await noticed(walk, resource)
    finally:
        run_sql(specimen_url, "DROP INDEX leaky")


async def test_a_verdict_that_looks_at_foreign_targets_is_caught(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def target(constraint: Any, value: Any) -> Any:
        there = constraint.referred_table.alias()
        return select(there.c.id).where(there.c.id == value)

    monkeypatch.setattr(conflicts, "_target", target)
    monkeypatch.setitem(vars(labels), "statements", fresh(labels))
    assert await noticed(walk, labels)


async def test_a_verdict_that_looks_at_foreign_keepers_is_caught(
    walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflicts, "OWNER", labels.table.alias().c.owner_id)
    monkeypatch.setitem(vars(shelves), "statements", fresh(shelves))
    assert await noticed(walk, shelves)
