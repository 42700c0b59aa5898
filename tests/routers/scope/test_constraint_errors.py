"""Constraint errors: a write fails with the same error with and without preconditions (RFC 9110, 13.2.1)."""

from typing import Any

import httpx
import pytest

from tests.support.sql import run_sql
from tests.support.wire import Wire

MISSING_ID = "00000000-0000-4000-8000-0000000000aa"
STALE = {"If-Match": '"9"'}
FRESH = {"If-Match": '"1"'}


async def create(museum: httpx.AsyncClient, path: str, owner: str = "ann", **members: Any) -> str:
    """Create a row and return its id."""
    response = await museum.post(path, json=members, headers={"Owner": owner})
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def send(
    museum: httpx.AsyncClient, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, Any]:
    """Return the status of the response, and the errors or the detail of a problem."""
    response = await museum.request(method, path, json=body, headers={**headers})
    problem = response.json() if response.content else {}
    return response.status_code, problem.get("errors", problem.get("detail"))


def missing_targets(*members: str) -> tuple[int, Any]:
    detail = "No resource has this id."
    return 422, [{"pointer": f"/{member}", "detail": detail} for member in members]


@pytest.mark.parametrize("headers", [{}, STALE, FRESH, {"If-None-Match": '"1"'}], ids=str)
async def test_a_reference_to_a_missing_row_or_to_a_row_of_another_owner_is_rejected_alike(
    museum: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    foreign = await create(museum, "/specimens", owner="bob", name="hidden")
    label = await create(museum, "/labels", text="x")
    rejected = missing_targets("specimen_id")
    for target in (MISSING_ID, foreign):
        body, patch = {"text": "y", "specimen_id": target}, {"specimen_id": target}
        assert await send(museum, "POST", "/labels", body, **headers) == rejected
        assert await send(museum, "PUT", f"/labels/{label}", body, **headers) == rejected
        assert await send(museum, "PATCH", f"/labels/{label}", patch, **headers) == rejected
        for put_headers in ({}, {"If-None-Match": "*"}, {"If-Match": '"1"'}):
            assert await send(museum, "PUT", f"/labels/{MISSING_ID}", body, **put_headers) == rejected
    assert (await museum.get(f"/labels/{label}")).json()["version"] == 1


async def test_a_failed_conditional_write_names_every_missing_target(
    museum: httpx.AsyncClient, region: str
) -> None:
    label = await create(museum, "/labels", text="x", region_id=region)
    body = {"shelf_id": MISSING_ID, "region_id": MISSING_ID, "specimen_id": None}
    path = f"/labels/{label}"
    assert await send(museum, "PATCH", path, body, **STALE) == missing_targets("region_id", "shelf_id")
    status, errors = await send(museum, "PATCH", path, body)
    assert (status, len(errors)) == (422, 1)


@pytest.mark.parametrize("headers", [{}, STALE], ids=str)
async def test_a_missing_row_takes_precedence_over_a_missing_target(
    museum: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    body = {"specimen_id": MISSING_ID}
    assert (await send(museum, "PATCH", f"/labels/{MISSING_ID}", body, **headers))[0] == 404


@pytest.mark.parametrize("headers", [{}, STALE, FRESH, {"If-None-Match": "*"}], ids=str)
async def test_a_row_that_is_still_referenced_cannot_be_deleted(
    museum: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    shelf = await create(museum, "/shelves", name="a")
    label = await create(museum, "/labels", text="x", shelf_id=shelf)
    still_referenced = (409, "Other resources refer to this one. Delete them first.")
    assert await send(museum, "DELETE", f"/shelves/{shelf}", **headers) == still_referenced
    await museum.delete(f"/labels/{label}")
    expected = 204 if headers in ({}, FRESH) else 412
    assert (await send(museum, "DELETE", f"/shelves/{shelf}", **headers))[0] == expected


async def test_a_delete_cascades_in_one_statement(museum: httpx.AsyncClient, specimen_wire: Wire) -> None:
    specimen = await create(museum, "/specimens", name="a")
    referring = await create(museum, "/labels", text="x", specimen_id=specimen)
    unrelated = await create(museum, "/labels", text="x")
    specimen_wire.reset()
    assert (await museum.delete(f"/specimens/{specimen}")).status_code == 204
    assert [statement.split()[0] for statement in specimen_wire.statements] == ["DELETE"]
    assert (await museum.get(f"/labels/{referring}")).status_code == 404
    assert (await museum.get(f"/labels/{unrelated}")).status_code == 200


@pytest.mark.parametrize("headers", [{}, STALE, {"If-None-Match": "*"}], ids=str)
async def test_a_write_once_field_cannot_be_changed(
    museum: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    label = await create(museum, "/labels", text="x", language="de")
    immutable = (409, "A member that cannot be changed after creation has another value.")
    assert await send(museum, "PUT", f"/labels/{label}", {"text": "y"}, **headers) == immutable
    body = {"text": "y", "language": "de"}
    assert (await send(museum, "PUT", f"/labels/{label}", body, **headers))[0] == (412 if headers else 200)
    assert (await send(museum, "PATCH", f"/labels/{label}", {"language": "de"}))[0] == 422
    assert (await museum.get(f"/labels/{label}")).json()["language"] == "de"


async def test_a_unique_value_is_unique_among_the_rows_of_one_owner(museum: httpx.AsyncClient) -> None:
    shelf = await create(museum, "/shelves", name="a")
    await create(museum, "/shelves", owner="bob", name="a")
    in_use = (409, "`name` is already in use.")
    assert await send(museum, "POST", "/shelves", {"name": "a"}) == in_use
    for headers in ({}, STALE, {"If-Match": "*"}):
        assert await send(museum, "PUT", f"/shelves/{MISSING_ID}", {"name": "a"}, **headers) == in_use
    assert (await send(museum, "PUT", f"/shelves/{shelf}", {"name": "a"}, **STALE))[0] == 412
    assert (await send(museum, "PUT", f"/shelves/{shelf}", {"name": "a"}))[0] == 200


async def test_a_conflict_names_a_column_whose_name_requires_quotes(museum: httpx.AsyncClient) -> None:
    await create(museum, "/labels", text="a", serialNo="1")
    in_use = (409, "`serialNo` is already in use.")
    assert await send(museum, "POST", "/labels", {"text": "b", "serialNo": "1"}) == in_use


@pytest.mark.parametrize("headers", [{}, FRESH, STALE], ids=str)
async def test_an_immutable_field_takes_precedence_over_a_missing_target(
    museum: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    label = await create(museum, "/labels", text="x")
    body = {"text": "y", "language": "de", "shelf_id": MISSING_ID}
    assert (await send(museum, "PUT", f"/labels/{label}", body, **headers))[0] == 409


async def test_a_violated_unique_index_of_the_table_is_a_conflict(museum: httpx.AsyncClient) -> None:
    await create(museum, "/labels", text="first")
    assert await send(museum, "POST", "/labels", {"text": "first"}) == (409, "`text` is already in use.")


async def test_a_violated_check_constraint_of_the_table_is_a_validation_error(
    museum: httpx.AsyncClient,
) -> None:
    label = await create(museum, "/labels", text="x")
    detail = "The combination of `language` and `text` is not allowed."
    language, text = ({"pointer": f"/{name}", "detail": detail} for name in ("language", "text"))
    assert await send(museum, "POST", "/labels", {"text": "en"}) == (422, [language, text])
    for headers in ({}, STALE):
        assert await send(museum, "PATCH", f"/labels/{label}", {"text": "en"}, **headers) == (422, [text])


@pytest.mark.parametrize(
    ("method", "body", "headers", "trips"),
    [
        ("PATCH", {"shelf_id": None}, FRESH, 1),
        ("PATCH", {"shelf_id": MISSING_ID}, {}, 1),
        ("PATCH", {"shelf_id": MISSING_ID}, STALE, 2),
        ("PUT", {"text": "y"}, {}, 1),
        ("PUT", {"text": "y", "language": "de"}, {}, 1),
        ("PUT", {"text": "y", "language": "de"}, STALE, 2),
        ("DELETE", None, STALE, 2),
        ("DELETE", None, {}, 1),
    ],
)
async def test_only_a_failed_conditional_write_executes_the_conflict_query(
    museum: httpx.AsyncClient,
    specimen_wire: Wire,
    method: str,
    body: object,
    headers: dict[str, str],
    trips: int,
) -> None:
    label = await create(museum, "/labels", text="x")
    specimen_wire.reset()
    await museum.request(method, f"/labels/{label}", json=body, headers=headers)
    assert specimen_wire.trips == trips


async def test_the_database_rejects_a_reference_to_a_row_of_another_owner(
    museum: httpx.AsyncClient, specimen_url: str
) -> None:
    specimen = await create(museum, "/specimens", owner="bob", name="hidden")
    with pytest.raises(Exception, match="fk_label_owner_id_specimen_id_specimen"):
        run_sql(
            specimen_url,
            "INSERT INTO label (owner_id, id, text, language, specimen_id)"  # noqa: S608 # constants only
            f" VALUES ('ann', gen_random_uuid(), 'x', 'en', '{specimen}')",
        )


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_a_failed_conditional_write_of_every_type_fails_by_its_precondition(
    museum: httpx.AsyncClient, method: str
) -> None:
    specimen = await create(museum, "/specimens", name="x", tag=MISSING_ID, anything=[1, "%"], ratio=0.5)
    path = f"/specimens/{specimen}"
    body = (await museum.get(path)).json()
    server = ("id", "created_at", "updated_at", "version", "pending", "sealed_at", "inspected")
    body = {name: value for name, value in body.items() if name not in server}
    body |= {"tiny": "0.000000000001", "lost_on": "2026-02-03", "seen_at": "2026-02-03T04:05:06Z"}
    body |= {"second_colour": "pale-blue", "details": {"a": [1]}, "remarks": ["%s", "'"]}
    assert (await send(museum, method, path, body, **STALE))[0] == 412
    assert (await send(museum, method, path, body, **FRESH))[0] == 200
