"""What a client learns when a row would violate a constraint, or a value cannot be calculated."""

from typing import Any

import httpx
import pytest
from psycopg import errors

from tests.support.slots import ORDER, failing
from tests.support.sql import run_sql

OTHER = "/slots/00000000-0000-4000-8000-0000000000aa"
HEADERS: list[dict[str, str]] = [{}, {"If-Match": '"9"'}, {"If-Match": "*"}]
STALE = {"If-Match": '"9"'}


async def create(museum: httpx.AsyncClient, owner: str = "ann", **members: Any) -> str:
    """Create a slot and return its path."""
    response = await museum.post("/slots", json=members, headers={"Owner": owner})
    assert response.status_code == 201, response.text
    return f"/slots/{response.json()['id']}"


async def send(
    museum: httpx.AsyncClient,
    method: str,
    path: str,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    """Return the status of the response, and the errors or the detail of a problem."""
    response = await museum.request(method, path, json=body, headers=headers or {})
    problem = response.json() if response.content else {}
    return response.status_code, problem.get("errors", problem.get("detail"))


def about(detail: str, *members: str) -> tuple[int, Any]:
    """Return a 422 with the same detail about each of these members."""
    return 422, [{"pointer": f"/{member}" if member else "", "detail": detail} for member in members]


@pytest.mark.parametrize("headers", HEADERS, ids=str)
async def test_a_text_that_is_unique_ignoring_case_is_in_use_in_any_case(
    museum: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    slot = await create(museum, name="Morning")
    other = await create(museum, name="noon")
    in_use = (409, "`name` is already in use.")
    assert await send(museum, "POST", "/slots", {"name": "MORNING"}) == in_use
    assert await send(museum, "PUT", OTHER, {"name": "mORNING"}, headers) == in_use
    assert await send(museum, "PATCH", other, {"name": "MORNing"}, headers) == in_use
    assert (await send(museum, "PATCH", slot, {"name": "MORNING"}, headers))[0] == (
        412 if headers == STALE else 200
    )
    assert (await send(museum, "POST", "/slots", {"name": "morning"}, {"Owner": "bob"}))[0] == 201


@pytest.mark.parametrize("headers", HEADERS, ids=str)
async def test_values_that_exclude_each_other_are_in_use(
    museum: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    await create(museum, name="a", starts_on=10, ends_on=20)
    await create(museum, "bob", name="a", starts_on=0, ends_on=100)
    slot = await create(museum, name="b", starts_on=0, ends_on=10)
    in_use = (409, "The combination of `ends_on` and `starts_on` is already in use.")
    overlapping = {"name": "c", "starts_on": 15, "ends_on": 30}
    assert await send(museum, "POST", "/slots", overlapping) == in_use
    assert await send(museum, "PUT", OTHER, overlapping, headers) == in_use
    assert await send(museum, "PATCH", slot, {"ends_on": 11}, headers) == in_use
    assert (await send(museum, "PATCH", slot, {"ends_on": 9}, headers))[0] == (
        412 if headers == STALE else 200
    )


@pytest.mark.parametrize("headers", HEADERS, ids=str)
async def test_a_partial_unique_index_conflicts_with_the_sentence_of_its_author(
    museum: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    await create(museum, name="a", favourite=True)
    slot = await create(museum, name="b")
    conflict = (409, "There is another favourite.")
    assert await send(museum, "POST", "/slots", {"name": "c", "favourite": True}) == conflict
    assert await send(museum, "PATCH", slot, {"favourite": True}, headers) == conflict


@pytest.mark.parametrize("headers", HEADERS, ids=str)
async def test_a_violated_check_points_to_its_members_with_the_sentence_of_its_author(
    museum: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    slot = await create(museum, name="a", starts_on=5, ends_on=6)
    reversed_ = {"name": "b", "starts_on": 9, "ends_on": 8}
    assert await send(museum, "POST", "/slots", reversed_) == about(ORDER, "ends_on", "starts_on")
    assert await send(museum, "PUT", OTHER, reversed_, headers) == about(ORDER, "ends_on", "starts_on")
    assert await send(museum, "PATCH", slot, {"ends_on": 4}, headers) == about(ORDER, "ends_on")
    assert await send(museum, "PATCH", slot, {"note": "5%"}, headers) == about(
        "The value of `note` is not allowed.", "note"
    )


async def test_a_computed_column_out_of_range_points_to_the_members_it_is_calculated_from(
    museum: httpx.AsyncClient,
) -> None:
    detail = "A value that is calculated from `ends_on`, `rate` and `starts_on` is out of range."
    slot = await create(museum, name="a", rate=100_000)
    body = {"name": "b", "ends_on": 100_000, "rate": 100_000}
    assert await send(museum, "POST", "/slots", body) == about(detail, "ends_on", "rate", "starts_on")
    assert await send(museum, "PATCH", slot, {"ends_on": 100_000}) == about(detail, "ends_on")


async def test_an_expression_of_a_custom_route_out_of_range_is_no_internal_error(
    museum: httpx.AsyncClient, specimen_url: str
) -> None:
    slot = await create(museum, name="a")
    run_sql(specimen_url, "UPDATE slot SET uses = 2147483647")
    status, errors = await send(museum, "POST", f"{slot}/use")
    assert (status, [each["pointer"] for each in errors]) == (422, [""])
    assert "`uses`" in errors[0]["detail"]


RAISED: dict[str, tuple[int, Any]] = {
    "'It is closed\n today.'": about("It is closed today.", ""),
    "''": about("The combination of values is not allowed.", ""),
    "'No.' USING COLUMN = 'note', DETAIL = 'secret', HINT = 'secret'": about("No.", "note"),
    "'No.' USING COLUMN = 'owner_id'": about("No.", ""),
    "'secret' USING ERRCODE = '23514', CONSTRAINT = 'ck_slot_order'": about(ORDER, "ends_on", "starts_on"),
    "'secret' USING ERRCODE = '23505', CONSTRAINT = 'one_favourite_slot'": (
        409,
        "There is another favourite.",
    ),
    "'secret' USING ERRCODE = '23505', TABLE = 'other', CONSTRAINT = 'one_favourite_slot'": about(
        "The combination of values is not allowed.", ""
    ),
    "'secret' USING ERRCODE = '23502', COLUMN = 'note'": about("The value must not be null.", "note"),
    "'secret' USING ERRCODE = '22P02'": about(
        "A value that is calculated from `ends_on`, `rate` and `starts_on` is not valid.",
        *("ends_on", "rate", "starts_on"),
    ),
}


@pytest.mark.parametrize(("raised", "expected"), RAISED.items(), ids=RAISED)
async def test_an_error_of_a_trigger_is_a_problem(
    museum: httpx.AsyncClient, specimen_url: str, raised: str, expected: tuple[int, Any]
) -> None:
    with failing(specimen_url, raised):
        assert await send(museum, "POST", "/slots", {"name": "a"}) == expected


def test_the_statuses_of_conflicts_are_documented(museum: httpx.AsyncClient, specimen_api: Any) -> None:
    paths = specimen_api.openapi()["paths"]
    operations = [paths["/slots"]["post"], *(paths["/slots/{slot_id}"][each] for each in ("put", "patch"))]
    assert all("409" in each["responses"] for each in operations)


SQLSTATES = sorted(
    sqlstate
    for sqlstate in {str(getattr(error, "sqlstate", "")) for error in vars(errors).values()}
    if sqlstate.startswith(("22", "23"))
)


async def test_no_error_of_values_or_constraints_is_an_internal_error(
    museum: httpx.AsyncClient, specimen_url: str
) -> None:
    assert len(SQLSTATES) > 70
    with failing(specimen_url, "'secret' USING ERRCODE = NEW.note, DETAIL = 'secret', COLUMN = 'owner_id'"):
        for sqlstate in SQLSTATES:
            response = await museum.post("/slots", json={"name": "a", "note": sqlstate})
            # The error of a write after its deadline.
            assert response.status_code == (503 if sqlstate == "2202E" else 422), sqlstate
            assert "secret" not in response.text
            assert "owner_id" not in response.text
