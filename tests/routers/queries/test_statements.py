"""Each operation executes one statement in one round trip, counted by a proxy in front of PostgreSQL."""

import contextlib
import random
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import StatementError

from routers import Database, Resource, ResourceRouter, Scope
from routers.exceptions import RejectedValues
from routers.resource.declaration import OPERATIONS, Operation
from tests.support.gadgets import OTHER_ID, ROW_ID, GadgetRead, gadgets
from tests.support.isolation.values import Values
from tests.support.slots import slots
from tests.support.specimens import specimen_routers
from tests.support.wire import Wire


@pytest.mark.parametrize(
    ("method", "path", "body", "verb"),
    [
        ("GET", "/gadgets", None, "SELECT"),
        ("GET", "/gadgets?ready=true&sort=updated_at&limit=3", None, "SELECT"),
        ("GET", f"/gadgets/{ROW_ID}", None, "SELECT"),
        ("POST", "/gadgets", {"name": "x"}, "INSERT"),
        ("PUT", f"/gadgets/{ROW_ID}", {"name": "x"}, "INSERT"),
        ("PATCH", f"/gadgets/{ROW_ID}", {"name": "x"}, "UPDATE"),
        ("PATCH", f"/gadgets/{ROW_ID}", {}, "SELECT"),
        ("DELETE", f"/gadgets/{ROW_ID}", None, "DELETE"),
        ("POST", f"/gadgets/{ROW_ID}/flip", None, "UPDATE"),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"If-Match": '"1"'}], ids=["plain", "conditional"])
async def test_each_operation_of_gadgets_executes_one_statement_in_one_round_trip(
    client: httpx.AsyncClient,
    wire: Wire,
    method: str,
    path: str,
    body: object,
    verb: str,
    headers: dict[str, str],
) -> None:
    assert (await client.put(f"/gadgets/{ROW_ID}", json={"name": "before"})).status_code == 201
    wire.reset()
    response = await client.request(method, path, json=body, headers=headers)
    assert response.is_success
    assert wire.trips == 1
    if method == "PUT" and headers:
        verb = "UPDATE"
    assert [statement.split()[0] for statement in wire.statements] == [verb]


GENERATED = [
    (router, operation)
    for router in specimen_routers()
    if router.resource is not slots  # random values violate its constraints
    for operation in OPERATIONS
    if operation in router.resource.operations
]


def body_of(resource: Resource[Any], rng: random.Random) -> dict[str, Any]:
    """Return a random body without references and write-once members."""
    schema = resource.create_schema.model_json_schema()
    body = Values(schema.get("$defs", {}), rng, lambda _: [None], only_examples=False).value(schema)
    return {name: value for name, value in body.items() if name not in resource.write_once}


@pytest.mark.parametrize(("router", "operation"), GENERATED, ids=lambda part: getattr(part, "prefix", part))
async def test_each_generated_operation_executes_one_statement_in_one_round_trip(
    museum: httpx.AsyncClient,
    specimen_wire: Wire,
    region: str,
    router: ResourceRouter[Any],
    operation: Operation,
) -> None:
    resource, rng = router.resource, random.Random(1)  # noqa: S311 # the same choices in every run
    body = body_of(resource, rng)
    row = f"{resource.path}/{region if resource.public else ROW_ID}"
    if not resource.public:
        assert (await museum.put(row, json=body)).status_code == 201
    await museum.get(row)  # a new connection sends queries of its own
    method, path, verb = {
        "list": ("GET", resource.path, "SELECT"),
        "create": ("POST", resource.path, "INSERT"),
        "get": ("GET", row, "SELECT"),
        "put": ("PUT", row, "INSERT"),
        "update": ("PATCH", row, "UPDATE"),
        "delete": ("DELETE", row, "DELETE"),
    }[operation]
    other = body_of(resource, rng)
    bodies = {"create": other, "put": body, "update": body}
    specimen_wire.reset()
    response = await museum.request(method, path, json=bodies.get(operation))
    assert response.is_success, response.text
    assert (specimen_wire.trips, [each.split()[0] for each in specimen_wire.statements]) == (1, [verb])


async def test_only_a_failed_conditional_write_executes_a_second_statement(
    client: httpx.AsyncClient, wire: Wire
) -> None:
    await client.put(f"/gadgets/{ROW_ID}", json={"name": "before"})
    wire.reset()
    assert (await client.delete(f"/gadgets/{ROW_ID}", headers={"If-Match": '"9"'})).status_code == 412
    assert wire.trips == 2
    wire.reset()
    assert (await client.delete(f"/gadgets/{OTHER_ID}")).status_code == 404
    assert wire.trips == 1


async def test_a_statement_without_an_owner_fails(database: Database, scope: Scope[GadgetRead]) -> None:
    row = await scope.create(name="x")
    with pytest.raises(StatementError, match="scope_owner"):
        await database.fetch(gadgets.statements.delete, {"row_id": row.id})
    assert (await scope.get(row.id)).name == "x"


async def test_a_transaction_commits_several_writes_together(scope: Scope[GadgetRead]) -> None:
    async with scope.transaction():
        first = await scope.create(name="one")
        await scope.update(first.id, name="two")
    assert (await scope.get(first.id)).name == "two"


async def test_a_transaction_that_raises_is_rolled_back(scope: Scope[GadgetRead]) -> None:
    with pytest.raises(RuntimeError):
        async with scope.transaction():
            await scope.create(name="one")
            raise RuntimeError
    assert (await scope.list()).items == []


async def test_a_transaction_that_ignores_a_failed_statement_raises(scope: Scope[GadgetRead]) -> None:
    async def ignore_failure() -> None:
        async with scope.transaction():
            await scope.create(name="one")
            with contextlib.suppress(RejectedValues):
                await scope.create(name="x" * 21)

    with pytest.raises(RuntimeError, match="so nothing was committed"):
        await ignore_failure()
    assert (await scope.list()).items == []


async def test_a_nested_transaction_raises(scope: Scope[GadgetRead]) -> None:
    with pytest.raises(
        RuntimeError, match="The request is in a transaction already: put the calls into one block"
    ):
        async with scope.transaction():
            await scope.create(name="one")
            async with scope.transaction():
                pass
    assert (await scope.list()).items == []


async def test_fastcrud_reads_see_the_writes_of_their_transaction(scope: Scope[GadgetRead]) -> None:
    async with scope.transaction():
        await scope.create(name="one")
        assert await scope.crud.count() == 1
        await scope.create(name="two")
    assert await scope.crud.count() == 2
