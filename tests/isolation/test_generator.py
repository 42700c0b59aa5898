"""Isolation between owners.

Each mutant removes the owner from one statement; the random sequences of requests must detect it.
"""

from typing import Any

import pytest
from sqlalchemy import bindparam, select

from routers import Database, ProblemError, Resource, ResourceRouter, Scope
from routers.queries import candidates, conflicts
from routers.queries.ownership import OWNER
from routers.queries.statements import Statements
from routers.queries.totals import with_total
from tests.support.gadgets import GadgetRead, gadget_router, gadgets
from tests.support.isolation.checks import Isolation
from tests.support.isolation.specimens import isolation_of
from tests.support.labels import labels
from tests.support.slots import slots
from tests.support.specimens import shelves, specimen_application, specimen_routers, specimens
from tests.support.sql import run_sql

ROUTERS: tuple[ResourceRouter[Any], ...] = (gadget_router(), *specimen_routers())
OWNED = {each.resource.collection: each.resource for each in ROUTERS if not each.resource.public}

SEEDS = range(12 * len(ROUTERS))
"""As many sequences for each router, mostly about its resource."""


@pytest.fixture
def isolation(specimen_database: Database, specimen_url: str, region: str) -> Isolation:
    api = specimen_application(specimen_database)
    api.include_router(ROUTERS[0])
    return isolation_of(api, ROUTERS, specimen_url)


@pytest.mark.parametrize("seed", SEEDS)
async def test_no_request_of_one_owner_changes_a_response_to_another(isolation: Isolation, seed: int) -> None:
    leak = await isolation.find_leak(seed)
    assert leak is None, leak


async def test_every_operation_succeeds_for_both_owners(isolation: Isolation) -> None:
    unreached = await isolation.find_unreached(SEEDS)
    assert not unreached, "\n".join(unreached)


async def is_detected(isolation: Isolation, resource: Resource[Any]) -> bool:
    """Check whether any sequence finds a leak in the changed resource."""
    index = [router.resource for router in ROUTERS].index(resource)
    # The sequences that are mostly about this resource.
    for seed in range(index, 100 * len(ROUTERS), len(ROUTERS)):
        if await isolation.find_leak(seed):
            return True
    return False


def new_statements(resource: Resource[Any]) -> Statements:
    statements: Statements = vars(Resource)["statements"].func(resource)
    return statements


def without_owner(resource: Resource[Any], operation: str, *names: str) -> Statements:
    """Return the statements of a resource; those with these names lack the condition on the owner."""
    mutant, leaky = new_statements(resource), new_statements(resource)
    leaky._policy = leaky._policy.model_copy(update={operation: True})  # noqa: SLF001
    for name in names:
        vars(mutant)[name] = getattr(leaky, name)
    return mutant


def limit_before_owner(resource: Resource[Any]) -> Statements:
    """Return the statements of a resource whose list applies the limit before the condition on the owner."""
    mutant, table = new_statements(resource), resource.table

    def list_rows(sort: Any, _filters: Any, *, after: bool, **_options: bool) -> Any:
        page = select(table).where(*([sort.after_cursor(resource.columns)] if after else []))
        rows = page.order_by(*sort.order_by(resource.columns)).limit(bindparam("limit")).subquery()
        columns = [rows.c[name] for name in resource.read.model_fields]
        return select(*columns).where(rows.c.owner_id == OWNER).order_by(rows.c.created_at.desc())

    mutant.list = list_rows  # type: ignore[assignment]
    return mutant


def total_of_all_owners(resource: Resource[Any]) -> Statements:
    """Return the statements of a resource whose list counts rows of all owners."""
    mutant, table = new_statements(resource), resource.table
    list_rows = mutant.list

    def list_and_count(sort: Any, filters: Any, *, after: bool, count: bool) -> Any:
        page = list_rows(sort, filters, after=after)
        return with_total(page, sort, table, []) if count else page

    mutant.list = list_and_count  # type: ignore[assignment]
    return mutant


UNUSED = {
    ("shelves", "update_by"),
    ("labels", "update_by"),
    ("bolts", "update_by"),
    ("shelves", "update"),
    ("shelves", "update_conflicts"),
}
"""Statements that no route executes."""

MUTANTS = (
    {
        f"{collection}-{name}": (resource, without_owner(resource, operation, name))
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
        if (collection, name) not in UNUSED
    }
    | {
        f"{collection}-limit-before-owner": (resource, limit_before_owner(resource))
        for collection, resource in OWNED.items()
    }
    | {"specimens-total-of-all-owners": (specimens, total_of_all_owners(specimens))}
)


@pytest.mark.slow
@pytest.mark.parametrize(("resource", "mutant"), MUTANTS.values(), ids=MUTANTS)
async def test_a_statement_without_its_owner_is_detected(
    isolation: Isolation, monkeypatch: pytest.MonkeyPatch, resource: Resource[Any], mutant: Statements
) -> None:
    monkeypatch.setitem(vars(resource), "statements", mutant)
    assert await is_detected(isolation, resource)


class Forbidden(ProblemError):
    """403: the row exists and belongs to another owner."""

    status = 403
    detail = "This row belongs to another owner."


@pytest.mark.slow
async def test_a_status_that_reveals_rows_of_other_owners_is_detected(
    isolation: Isolation, monkeypatch: pytest.MonkeyPatch, specimen_database: Database
) -> None:
    fetch = Scope._fetch  # noqa: SLF001

    async def fetch_or_reveal(self: Scope[GadgetRead], statement: Any, *write: Any, **values: Any) -> Any:
        rows = await fetch(self, statement, *write, **values)
        if not rows and "row_id" in values:
            foreign = select(gadgets.table.c.id).where(gadgets.table.c.id == values["row_id"])
            if await specimen_database.fetch(foreign, {}):
                raise Forbidden
        return rows

    monkeypatch.setattr(Scope, "_fetch", fetch_or_reveal)
    assert await is_detected(isolation, gadgets)


@pytest.mark.slow
@pytest.mark.parametrize("resource", [gadgets, shelves], ids=lambda resource: resource.collection)
async def test_a_unique_key_across_owners_is_detected(
    isolation: Isolation, specimen_url: str, resource: Resource[Any]
) -> None:
    table, column = resource.table.name, "id" if resource is gadgets else "name"
    run_sql(specimen_url, f"TRUNCATE {table} CASCADE; CREATE UNIQUE INDEX leaky ON {table} ({column})")
    try:
        assert await is_detected(isolation, resource)
    finally:
        run_sql(specimen_url, "DROP INDEX leaky")


@pytest.mark.slow
async def test_a_conflict_query_that_finds_targets_of_other_owners_is_detected(
    isolation: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def target(constraint: Any, value: Any) -> Any:
        referred = constraint.referred_table.alias()
        return select(referred.c.id).where(referred.c.id == value)

    monkeypatch.setattr(conflicts, "_target", target)
    monkeypatch.setitem(vars(labels), "statements", new_statements(labels))
    assert await is_detected(isolation, labels)


@pytest.mark.slow
async def test_a_conflict_query_that_finds_references_of_other_owners_is_detected(
    isolation: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "OWNER", labels.table.alias().c.owner_id)
    monkeypatch.setitem(vars(shelves), "statements", new_statements(shelves))
    assert await is_detected(isolation, shelves)


@pytest.mark.slow
async def test_a_conflict_query_that_finds_values_of_other_owners_is_detected(
    isolation: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "owned", lambda _: [])
    monkeypatch.setitem(vars(slots), "statements", new_statements(slots))
    assert await is_detected(isolation, slots)
