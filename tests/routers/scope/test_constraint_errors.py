"""What stands against a change is told the same with preconditions and without (RFC 9110 section 13.2.1)."""

from typing import Any

import httpx
import pytest

from tests.support.sql import run_sql
from tests.support.wire import Wire

NOWHERE = "00000000-0000-4000-8000-0000000000aa"
STALE = {"If-Match": '"9"'}
FRESH = {"If-Match": '"1"'}
OWNERS = ({"Owner": "ann"}, {"Owner": "bob"})


async def create(museum: httpx.AsyncClient, path: str, owner: str = "ann", **members: Any) -> str:
    response = await museum.post(path, json=members, headers={"Owner": owner})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def outcome(
    museum: httpx.AsyncClient, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, Any]:
    response = await museum.request(method, path, json=body, headers={**headers})
    problem = response.json() if response.content else {}
    return response.status_code, problem.get("errors", problem.get("detail"))


def dangling(*members: str) -> list[dict[str, str]]:
    return [{"pointer": f"/{member}", "detail": "There is nothing with this id."} for member in members]


@pytest.mark.parametrize("headers", [{}, STALE, FRESH, {"If-None-Match": '"1"'}], ids=str)
async def test_a_missing_and_a_foreign_target_are_the_same(
    museum: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    foreign = await create(museum, "/specimens", owner="bob", name="hidden")
    label = await create(museum, "/labels", text="x")
    for target in (NOWHERE, foreign):
        refused = (422, dangling("specimen_id"))
        body = {"text": "y", "specimen_id": target}
        assert await outcome(museum, "POST", "/labels", body, **headers) == refused
        assert await outcome(museum, "PUT", f"/labels/{label}", body, **headers) == refused
        assert (
            await outcome(museum, "PATCH", f"/labels/{label}", {"specimen_id": target}, **headers) == refused
        )
        for at_new_id in ({}, {"If-None-Match": "*"}, {"If-Match": '"1"'}):
            assert await outcome(museum, "PUT", f"/labels/{NOWHERE}", body, **at_new_id) == refused
    assert (await museum.get(f"/labels/{label}")).json()["version"] == 1


async def test_each_reference_that_dangles_is_named(museum: httpx.AsyncClient, region: str) -> None:
    label = await create(museum, "/labels", text="x", region_id=region)
    body = {"shelf_id": NOWHERE, "region_id": NOWHERE, "specimen_id": None}
    assert await outcome(museum, "PATCH", f"/labels/{label}", body, **STALE) == (
        422,
        dangling("region_id", "shelf_id"),
    )
    status, errors = await outcome(museum, "PATCH", f"/labels/{label}", body)
    assert (status, len(errors)) == (422, 1)


async def test_a_row_that_is_not_there_comes_before_its_references(museum: httpx.AsyncClient) -> None:
    for headers in ({}, STALE):
        body = {"specimen_id": NOWHERE}
        assert (await outcome(museum, "PATCH", f"/labels/{NOWHERE}", body, **headers))[0] == 404


@pytest.mark.parametrize("headers", [{}, STALE, FRESH, {"If-None-Match": "*"}], ids=str)
async def test_a_row_that_others_refer_to_stays(museum: httpx.AsyncClient, headers: dict[str, str]) -> None:
    shelf = await create(museum, "/shelves", name="a")
    label = await create(museum, "/labels", text="x", shelf_id=shelf)
    kept = (409, "Others refer to this one: delete them first.")
    assert await outcome(museum, "DELETE", f"/shelves/{shelf}", **headers) == kept
    await museum.delete(f"/labels/{label}")
    expected = 204 if headers in ({}, FRESH) else 412
    assert (await outcome(museum, "DELETE", f"/shelves/{shelf}", **headers))[0] == expected


async def test_a_row_takes_with_it_what_is_declared_to_go(
    museum: httpx.AsyncClient, specimen_wire: Wire
) -> None:
    specimen = await create(museum, "/specimens", name="a")
    gone = await create(museum, "/labels", text="x", specimen_id=specimen)
    stays = await create(museum, "/labels", text="x")
    specimen_wire.reset()
    assert (await museum.delete(f"/specimens/{specimen}")).status_code == 204
    assert [statement.split()[0] for statement in specimen_wire.statements] == ["DELETE"]
    assert [(await museum.get(f"/labels/{label}")).status_code for label in (gone, stays)] == [404, 200]


@pytest.mark.parametrize("headers", [{}, STALE, {"If-None-Match": "*"}], ids=str)
async def test_what_is_set_once_stays(museum: httpx.AsyncClient, headers: dict[str, str]) -> None:
    label = await create(museum, "/labels", text="x", language="de")
    fixed = (409, "A member that is set once has another value already.")
    assert await outcome(museum, "PUT", f"/labels/{label}", {"text": "y"}, **headers) == fixed
    body = {"text": "y", "language": "de"}
    assert (await outcome(museum, "PUT", f"/labels/{label}", body, **headers))[0] == (412 if headers else 200)
    assert (await outcome(museum, "PATCH", f"/labels/{label}", {"language": "de"}))[0] == 422
    assert (await museum.get(f"/labels/{label}")).json()["language"] == "de"


async def test_a_name_is_unique_among_the_owners_rows(museum: httpx.AsyncClient) -> None:
    first = await create(museum, "/shelves", name="a")
    await create(museum, "/shelves", owner="bob", name="a")
    taken = (409, "Another one has this name already.")
    assert await outcome(museum, "POST", "/shelves", {"name": "a"}) == taken
    assert await outcome(museum, "PUT", f"/shelves/{NOWHERE}", {"name": "a"}) == taken
    assert await outcome(museum, "PUT", f"/shelves/{NOWHERE}", {"name": "a"}, **STALE) == taken
    assert await outcome(museum, "PUT", f"/shelves/{NOWHERE}", {"name": "a"}, **{"If-Match": "*"}) == taken
    assert (await outcome(museum, "PUT", f"/shelves/{first}", {"name": "a"}, **STALE))[0] == 412
    assert (await outcome(museum, "PUT", f"/shelves/{first}", {"name": "a"}))[0] == 200


async def test_a_name_that_has_to_be_quoted_is_found(museum: httpx.AsyncClient) -> None:
    await create(museum, "/labels", text="a", serialNo="1")
    taken = (409, "Another one has this serialNo already.")
    assert await outcome(museum, "POST", "/labels", {"text": "b", "serialNo": "1"}) == taken


async def test_what_was_set_once_comes_before_a_reference(museum: httpx.AsyncClient) -> None:
    label = await create(museum, "/labels", text="x")
    body = {"text": "y", "language": "de", "shelf_id": NOWHERE}
    for headers in ({}, FRESH, STALE):
        assert (await outcome(museum, "PUT", f"/labels/{label}", body, **headers))[0] == 409


async def test_the_rules_of_the_authors_own_are_told_as_well(museum: httpx.AsyncClient) -> None:
    label = await create(museum, "/labels", text="first")
    assert await outcome(museum, "POST", "/labels", {"text": "first"}) == (
        409,
        "Another one has this text already.",
    )
    together = (422, [{"pointer": "", "detail": "These values do not go together."}])
    assert await outcome(museum, "POST", "/labels", {"text": "en"}) == together
    assert await outcome(museum, "PATCH", f"/labels/{label}", {"text": "en"}) == together


async def test_only_a_failed_conditional_change_asks_why(
    museum: httpx.AsyncClient, specimen_wire: Wire
) -> None:
    label = await create(museum, "/labels", text="x")
    for method, body, headers, trips in (
        ("PATCH", {"shelf_id": None}, FRESH, 1),
        ("PATCH", {"shelf_id": NOWHERE}, {}, 1),
        ("PATCH", {"shelf_id": NOWHERE}, STALE, 2),
        ("PUT", {"text": "y"}, {}, 1),
        ("PUT", {"text": "y", "language": "de"}, {}, 1),
        ("PUT", {"text": "y", "language": "de"}, STALE, 2),
        ("DELETE", None, STALE, 2),
        ("DELETE", None, {}, 1),
    ):
        specimen_wire.reset()
        await museum.request(method, f"/labels/{label}", json=body, headers=headers)
        assert specimen_wire.trips == trips, (method, body, headers)


async def test_the_database_itself_refuses_a_reference_across_owners(
    museum: httpx.AsyncClient, specimen_url: str
) -> None:
    specimen = await create(museum, "/specimens", owner="bob", name="hidden")
    with pytest.raises(Exception, match="fk_label_owner_id_specimen_id_specimen"):
        run_sql(
            specimen_url,
            "INSERT INTO label (owner_id, id, text, language, specimen_id)"  # noqa: S608 # of ours
            f" VALUES ('ann', gen_random_uuid(), 'x', 'en', '{specimen}')",
        )
