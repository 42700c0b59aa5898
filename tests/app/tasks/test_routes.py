"""The endpoints of tasks."""

import asyncio

import httpx
import pytest

from tests.support.wire import Wire

ID = "01900000-0000-7000-8000-000000000001"
ABSENT = ID.replace("1900", "1901")
FIELDS = {"id", "created_at", "updated_at", "version", "title", "description", "completed"}


async def test_a_task_can_be_created_toggled_updated_replaced_listed_and_deleted(
    client: httpx.AsyncClient,
) -> None:
    created = await client.post("/tasks", json={"title": "Buy milk"})
    assert created.status_code == 201
    assert created.json().keys() == FIELDS
    location = created.headers["location"]
    assert location == f"/api/v1/tasks/{created.json()['id']}"
    path = location.removeprefix("/api/v1")
    toggled = await client.post(f"{path}/toggle")
    assert (toggled.json()["completed"], toggled.headers["etag"]) == (True, '"2"')
    updated = await client.patch(path, json={"description": "2 litres"})
    assert (updated.json()["title"], updated.json()["description"]) == ("Buy milk", "2 litres")
    replaced = await client.put(path, json={"title": "Buy oat milk"})
    assert replaced.json()["description"] is None
    assert (await client.get("/tasks")).json() == {"items": [replaced.json()], "next_cursor": None}
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_fifty_concurrent_toggles_all_take_effect(client: httpx.AsyncClient) -> None:
    await client.put(f"/tasks/{ID}", json={"title": "Buy milk"})
    responses = await asyncio.gather(*(client.post(f"/tasks/{ID}/toggle") for _ in range(50)))
    assert {response.status_code for response in responses} == {200}
    assert sorted(response.json()["version"] for response in responses) == list(range(2, 52))
    task = (await client.get(f"/tasks/{ID}")).json()
    assert (task["completed"], task["version"]) == (False, 51)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PATCH", "", {"title": "x"}),
        ("DELETE", "", None),
        ("POST", "/toggle", None),
    ],
)
async def test_a_task_of_another_owner_is_indistinguishable_from_an_absent_one(
    client: httpx.AsyncClient, method: str, path: str, body: object
) -> None:
    await client.put(f"/tasks/{ID}", json={"title": "Buy milk"})
    bob = {"X-User-ID": "bob", "X-Request-ID": "same"}
    foreign = await client.request(method, f"/tasks/{ID}{path}", json=body, headers=bob)
    absent = await client.request(method, f"/tasks/{ABSENT}{path}", json=body, headers=bob)
    assert foreign.status_code == absent.status_code == 404
    assert (foreign.content, foreign.headers) == (absent.content, absent.headers)
    assert (await client.get(f"/tasks/{ID}")).json()["version"] == 1


async def test_a_list_contains_only_tasks_of_its_owner(client: httpx.AsyncClient) -> None:
    for owner in ("alice", "bob", "alice.b", "ALICE"):
        await client.post("/tasks", json={"title": owner}, headers={"X-User-ID": owner})
    for owner in ("alice", "bob", "alice.b", "ALICE"):
        items = (await client.get("/tasks", headers={"X-User-ID": owner})).json()["items"]
        assert [item["title"] for item in items] == [owner]


@pytest.mark.parametrize(
    ("method", "path", "body", "verb"),
    [
        ("GET", "/tasks?completed=false", None, "SELECT"),
        ("GET", f"/tasks/{ID}", None, "SELECT"),
        ("POST", "/tasks", {"title": "x"}, "INSERT"),
        ("PUT", f"/tasks/{ID}", {"title": "x"}, "INSERT"),
        ("PATCH", f"/tasks/{ID}", {"title": "x"}, "UPDATE"),
        ("DELETE", f"/tasks/{ID}", None, "DELETE"),
        ("POST", f"/tasks/{ID}/toggle", None, "UPDATE"),
    ],
)
async def test_each_operation_is_one_statement_in_one_round_trip(
    client: httpx.AsyncClient, wire: Wire, method: str, path: str, body: object, verb: str
) -> None:
    await client.put(f"/tasks/{ID}", json={"title": "before"})
    wire.reset()
    assert (await client.request(method, path, json=body)).is_success
    assert wire.trips == 1
    assert [statement.split()[0] for statement in wire.statements] == [verb]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"title": "x" * 200, "description": "x" * 2000}, 201),
        ({"title": "😀" * 200, "description": ""}, 201),
        ({"title": "x" * 201}, 422),
        ({"title": "x", "description": "x" * 2001}, 422),
        ({"title": "\u2003"}, 422),
        ({"title": "a\tb"}, 422),
    ],
)
async def test_title_and_description_have_bounds(
    client: httpx.AsyncClient, body: dict[str, str], status: int
) -> None:
    assert (await client.post("/tasks", json=body)).status_code == status


async def test_a_list_can_be_filtered_and_sorted(client: httpx.AsyncClient) -> None:
    for title, completed in (("Buy milk", False), ("buy bread", True), ("Water plants", False)):
        await client.post("/tasks", json={"title": title, "completed": completed})

    async def titles(query: str) -> list[str]:
        return [task["title"] for task in (await client.get(f"/tasks?{query}")).json()["items"]]

    assert await titles("") == ["Water plants", "buy bread", "Buy milk"]
    assert await titles("sort=title") == ["Buy milk", "Water plants", "buy bread"]
    assert await titles("sort=-title&limit=1") == ["buy bread"]
    assert await titles("q=BUY&sort=created_at") == ["Buy milk", "buy bread"]
    assert await titles("q=buy&completed=true") == ["buy bread"]
    assert await titles("created_at_gte=2026-01-01T00:00:00Z&updated_at_lt=2026-01-01T00:00:00Z") == []
