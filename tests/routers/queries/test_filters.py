"""Filters, as parameters and as what they keep."""

from typing import Any

import httpx
import pytest
from sqlalchemy import make_url

from routers import Equals, Range, Search
from routers.queries.filters import filter_bind
from tests.support.gadgets import GadgetRead, gadgets
from tests.support.sql import run_sql

FIELDS = GadgetRead.model_fields
DIALECT: Any = make_url("postgresql+psycopg2://").get_dialect()()


def test_equals_is_one_parameter_named_like_its_column() -> None:
    (parameter,) = Equals("ready").parameters(gadgets.table, FIELDS)
    assert parameter.name == "ready"
    compiled = parameter.condition.compile(dialect=DIALECT)
    assert str(compiled) == "gadget.ready = %(filter__ready)s"
    assert filter_bind("ready") in compiled.params


def test_a_range_is_two_parameters_and_half_open() -> None:
    start, end = Range("created_at").parameters(gadgets.table, FIELDS)
    assert (start.name, end.name) == ("created_from", "created_to")
    assert str(start.condition.compile(dialect=DIALECT)) == "gadget.created_at >= %(filter__created_from)s"
    assert str(end.condition.compile(dialect=DIALECT)) == "gadget.created_at < %(filter__created_to)s"


def test_a_search_may_have_another_name() -> None:
    (parameter,) = Search("name", parameter="text").parameters(gadgets.table, FIELDS)
    assert (parameter.name, Search("name", "note").columns) == ("text", ("name", "note"))


async def names(client: httpx.AsyncClient, **query: str) -> set[str]:
    response = await client.get("/gadgets", params=query)
    assert response.status_code == 200, response.text
    return {row["name"] for row in response.json()["items"]}


async def test_a_range_keeps_its_start_and_not_its_end(client: httpx.AsyncClient, gadget_url: str) -> None:
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
    ("sought", "found"),
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
async def test_a_search_takes_wildcards_literally(
    client: httpx.AsyncClient, sought: str, found: set[str]
) -> None:
    for name in ("a lamp", "100%", "a_b", "back\\slash", "über", "axb"):
        await client.post("/gadgets", json={"name": name})
    await client.post("/gadgets", json={"name": "Lamp", "note": "very BRIGHT"})
    await client.post("/gadgets", json={"name": "lamp"}, headers={"Owner": "bob"})
    assert await names(client, q=sought) == found


async def test_filters_narrow_each_other(client: httpx.AsyncClient) -> None:
    await client.post("/gadgets", json={"name": "lamp 1", "ready": True})
    await client.post("/gadgets", json={"name": "lamp 2"})
    await client.post("/gadgets", json={"name": "door", "ready": True})
    assert await names(client, q="lamp", ready="true") == {"lamp 1"}
    assert await names(client, q="lamp", ready="true", created_to="2000-01-01T00:00:00Z") == set()
