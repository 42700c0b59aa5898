"""The query parameters of filters, and the rows that match them."""

import httpx
import pytest

from routers import Equals, Has, Range, Search
from routers.queries.filters import Filter
from tests.support.gadgets import GadgetRead, gadgets
from tests.support.sql import run_sql

FIELDS = GadgetRead.model_fields


def test_equals_adds_one_parameter_named_like_its_column() -> None:
    (parameter,) = Equals("ready").parameters(gadgets.columns, FIELDS)
    assert parameter.name == "ready"


@pytest.mark.parametrize(
    ("filter_", "parameters"),
    [
        (
            Range("created_at", "gte", "lt"),
            {
                "created_at_gte": "Return only rows whose `created_at` is at least this.",
                "created_at_lt": "Return only rows whose `created_at` is less than this.",
            },
        ),
        (
            Range("version", "gt", "lte"),
            {
                "version_gt": "Return only rows whose `version` is greater than this.",
                "version_lte": "Return only rows whose `version` is at most this.",
            },
        ),
        (Range("version", "lt"), {"version_lt": "Return only rows whose `version` is less than this."}),
        (
            Has("note"),
            {"has_note": "Return only rows with a `note` (`true`), or only rows without (`false`)."},
        ),
    ],
    ids=str,
)
def test_the_name_and_the_description_of_a_parameter_say_how_it_compares(
    filter_: Filter, parameters: dict[str, str]
) -> None:
    yielded = filter_.parameters(gadgets.columns, FIELDS)
    assert {each.name: each.description for each in yielded} == parameters


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
    assert await names(client, created_at_gte=start, created_at_lt=end) == {"g1", "g2"}
    assert await names(client, created_at_gte=end) == {"g3", "g4"}
    assert await names(client, created_at_gte=end, created_at_lt=start) == set()


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
    assert await names(client, q="lamp", ready="true", created_at_lt="2000-01-01T00:00:00Z") == set()
