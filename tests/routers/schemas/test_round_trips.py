"""Whatever a response has is accepted when it is sent back, and stays the same."""

import math
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.routers.schemas.test_field_types import create_specimen
from tests.support.gadgets import ROW_ID
from tests.support.specimens import specimens

SCHEMA = specimens.create_schema.model_json_schema()
MEMBERS = SCHEMA["properties"]
JSON_COLUMNS = {
    name
    for name, member in MEMBERS.items()
    if {"object", "array"} & {each.get("type") for each in (member, *member.get("anyOf", ()))}
}
EXACT_FILTERS = ("name", "tag", "tiny", "rank", "kind")
RANGES = {"serial": "gte", "weight": "gte", "price": "gte", "fee": "gte", "found_on": "lte"}
EDGES: dict[str, list[Any]] = {
    "seen_at": [
        "0001-01-01T00:00:00Z",
        "0002-01-01T00:00:00+23:59",
        "9998-12-31t23:59:59.123456789-23:59",
        "9999-12-31T23:59:59.999999999z",
    ],
    "found_on": ["0001-01-01", "0004-02-29", "9999-12-31"],
    "price": ["-0", "-0.00", "999999.99"],
    "weight": [-0.0, 5e-324, 1.7976931348623157e308, 1, 2**53 + 1],
    "legs": [1.0, -0.0, 1e3],
    "serial": ["-9223372036854775808", "9223372036854775807", "0"],
    "tag": [ROW_ID.upper(), "ABCDEFab-cdef-ABCD-EFab-CDEFabcdefAB"],
    "name": ["\u00e9", "e\u0301", "\ufb01", "\x01\x7f\u2028"],
    "anything": [[1.0, -0, -0.0, 2**63 - 1, -(2**63), 5e-324, 9.2e18, 0.1]],
}


def values_of(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return the values that the JSON Schema of a single value admits."""
    if "anyOf" in schema:
        return st.one_of(*map(values_of, schema["anyOf"]))
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "pattern" in schema:
        texts = st.from_regex(
            schema["pattern"].removesuffix("$") + r"\Z", alphabet=st.characters(codec="utf-8")
        )
        return texts.filter(lambda text: len(text) <= schema["maxLength"])
    minimum, maximum = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    return {
        "null": st.none(),
        "boolean": st.booleans(),
        "integer": st.integers(minimum, maximum).map(
            lambda n: n - int(math.fmod(n, schema.get("multipleOf", 1)))
        ),
        "number": st.floats(
            above if minimum is None else minimum,
            below if maximum is None else maximum,
            exclude_min=above is not None,
            exclude_max=below is not None,
        ),
    }[schema["type"]]


BODIES = st.fixed_dictionaries(
    {"name": values_of(MEMBERS["name"])},
    optional={name: values_of(MEMBERS[name]) for name in MEMBERS.keys() - JSON_COLUMNS - {"name"}},
)
with_a_client = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize(
    ("member", "value"), [(member, value) for member, values in EDGES.items() for value in values]
)
async def test_a_value_at_the_edge_of_its_format_is_accepted_when_it_is_sent_back(
    museum: httpx.AsyncClient, member: str, value: object
) -> None:
    await check_round_trip(museum, {"name": "x", member: value})


@given(body=BODIES)
@with_a_client
async def test_generated_values_are_accepted_when_they_are_sent_back(
    museum: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    await check_round_trip(museum, body)


async def check_round_trip(museum: httpx.AsyncClient, body: dict[str, Any]) -> None:
    created = await create_specimen(museum, **body)
    assert created.status_code == 201, created.text
    row, path = created.json(), created.headers["location"]
    members = {name: row[name] for name in MEMBERS}
    tag = created.headers["etag"]
    for method in ("PUT", "PATCH"):
        again = await museum.request(method, path, json=members, headers={"If-Match": tag})
        assert again.status_code == 200, again.text
        assert {name: again.json()[name] for name in MEMBERS} == members
        tag = again.headers["etag"]
    for name, value in filters(members).items():
        page = await museum.get(f"/specimens?{name}={quote(str(value), safe='')}&limit=1")
        assert page.status_code == 200, page.text
        assert page.json()["items"]
        if cursor := page.json()["next_cursor"]:
            assert (await museum.get("/specimens", params={"cursor": cursor})).status_code == 200


def filters(members: dict[str, Any]) -> dict[str, Any]:
    """Return the query parameters for the values of members."""
    exact = {name: members[name] for name in EXACT_FILTERS}
    ranges = {f"{name}_{bound}": members[name] for name, bound in RANGES.items()}
    return {name: value for name, value in {**exact, **ranges}.items() if value is not None}


async def test_a_uuid_is_read_in_any_case_and_written_in_lower_case(museum: httpx.AsyncClient) -> None:
    lower, upper = "abcdefab-cdef-4bcd-8fab-cdefabcdefab", "ABCDEFAB-CDEF-4BCD-8FAB-CDEFABCDEFAB"
    created = await museum.put(f"/specimens/{upper}", json={"name": "a", "tag": upper})
    assert (created.status_code, created.headers["location"]) == (201, f"/specimens/{lower}")
    assert (created.json()["id"], created.json()["tag"]) == (lower, lower)
    stale = await museum.patch(f"/specimens/{upper}", json={"name": "b"}, headers={"If-Match": '"9"'})
    updated = await museum.patch(f"/specimens/{upper}", json={"name": "b"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, updated.status_code) == (412, 200)
    assert [row["id"] for row in (await museum.get(f"/specimens?tag={upper}")).json()["items"]] == [lower]
    await create_specimen(museum)
    cursor = (await museum.get("/specimens?sort=name&limit=1")).json()["next_cursor"]
    name, row_id = cursor[:-32], cursor[-32:]
    pages = [
        await museum.get("/specimens", params={"cursor": text}) for text in (cursor, name + row_id.upper())
    ]
    assert pages[0].json() == pages[1].json()
