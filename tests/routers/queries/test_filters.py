"""The query parameters of filters, and the rows that match them."""

import httpx
import pytest

from routers import Equals, Range, Search
from tests.support.gadgets import GadgetRead, gadgets
from tests.support.sql import run_sql

FIELDS = GadgetRead.model_fields


def test_equals_adds_one_parameter_named_like_its_column() -> None:
    (parameter,) = Equals("ready").parameters(gadgets.columns, FIELDS)
    assert parameter.name == "ready"


def test_range_adds_one_parameter_per_bound() -> None:
    start, end = Range("created_at").parameters(gadgets.columns, FIELDS)
    assert (start.name, end.name) == ("created_from", "created_to")


def test_a_search_can_have_another_parameter_name() -> None:
    (parameter,) = Search("name", parameter="text").parameters(gadgets.columns, FIELDS)
    assert (parameter.name, Search("name", "note").columns) == ("text", ("name", "note"))


async def names(client: httpx.AsyncClient, **query: str) -> set[str]:
    """Return the names of the gadgets that match a query."""
    response = await client.get("/gadgets", params=query)
    assert response.status_code == 200, response.text
    return {row["name"] for row in response.json()["items"]}


async def test_a_range_includes_its_lower_bound_and_excludes_its_upper_bound(
    client: httpx.AsyncClient, gadget_url: str
) -> None:
    run_sql(
        gadget_url,
        "INSERT INTO gadget (owner_id, id, name, ready, created_at)"
        " SELECT 'ann', gen_random_uuid(), 'g' || n, false, '2026-01-01Z'::timestamptz + n * '1h'::interval"
        " FROM generate_series(0, 4) n",
    )
    start, end = "2026-01-01T01:00:00Z", "2026-01-01T05:00:00.000000+02:00"
    assert await names(client, created_from=start, created_to=end) == {"g1", "g2"}
    assert await names(client, created_from=end) == {"g3", "g4"}
    assert await names(client, created_from=end, created_to=start) == set()


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("lamp", {"Lamp", "a lamp"}),
        ("LAMP", {"Lamp", "a lamp"}),
        ("%", {"100%"}),
        ("_", {"a_b"}),
        ("\\", {"back\\slash"}),
        ("ÜBER", {"über"}),
        ("bright", {"Lamp"}),
        ("nothing", set()),
        ("' OR 1=1 --", set()),
        ("a_b%", set()),
    ],
)
async def test_a_search_ignores_case_and_has_no_wildcards(
    client: httpx.AsyncClient, text: str, matches: set[str]
) -> None:
    for name in ("a lamp", "100%", "a_b", "back\\slash", "über", "axb"):
        await client.post("/gadgets", json={"name": name})
    await client.post("/gadgets", json={"name": "Lamp", "note": "very BRIGHT"})
    await client.post("/gadgets", json={"name": "lamp"}, headers={"Owner": "bob"})
    assert await names(client, q=text) == matches


async def test_a_row_must_match_every_filter(client: httpx.AsyncClient) -> None:
    await client.post("/gadgets", json={"name": "lamp 1", "ready": True})
    await client.post("/gadgets", json={"name": "lamp 2"})
    await client.post("/gadgets", json={"name": "gate", "ready": True})
    assert await names(client, q="lamp", ready="true") == {"lamp 1"}
    assert await names(client, q="lamp", ready="true", created_to="2000-01-01T00:00:00Z") == set()
