"""Custom routes read bodies as exactly as generated ones do."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.gadget_applications import client_of, unchecked_client_of
from tests.support.gadgets import ROW_ID
from tests.support.orders import Order, orders_application


@pytest.fixture(scope="module", params=[True, False], ids=["fast", "fallback"])
async def orders(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(orders_application(fast_path=request.param)) as client:
        yield client


async def post(client: httpx.AsyncClient, path: str, body: Any) -> httpx.Response:
    """Send a body, which may contain lone surrogates."""
    headers = {"Content-Type": "application/json"}
    return await client.post(path, content=json.dumps(body), headers=headers)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("dueOn", "2026-01-31"),
        ("dueOn", None),
        ("at", "2026-01-31T12:00:00Z"),
        ("ref", ROW_ID),
        ("level", "high"),
        ("total", "1.5"),
        ("ratio", 2),
        ("urgent", True),
        ("count", 2**31 - 1),
        ("count", 3.0),
        ("wide", 2**40),
        ("wide", -(2**40)),
        ("even", 4),
        ("lower", "ABC"),
        ("code", "a"),
        ("code", 7),
        ("initials", "abc"),
        ("parts", [{"name": "bulb"}, {"name": "shade", "amount": 2}]),
        ("counts", {"a": 1}),
        ("by_name", {"a": {"name": "bulb"}}),
        ("details", {"a": [{"b": None}]}),
        ("many", [1, "a", {}]),
        ("anything", {"a": [1.5]}),
        ("anything", "text"),
        ("page", "https://example.com/"),
        ("terms", {"kind": "gift", "serial": 2**40}),
        ("terms", {"kind": "sale", "price": "1.50"}),
        ("revision", 2),
        ("revision", 2.0),
        ("agreed", True),
        ("replies", [{"title": "again", "replies": [{"title": "and again"}]}]),
        ("gadget", {"name": "lamp"}),
    ],
)
async def test_a_valid_body_of_a_custom_route_is_accepted(
    orders: httpx.AsyncClient, member: str, value: Any
) -> None:
    response = await post(orders, "/orders", {"title": "lamps", member: value})
    assert response.status_code == 200, response.text
    assert {"title", "level", "gadget"} <= response.json().keys()


CANONICAL_UUID = "This must be a UUID in hexadecimal with hyphens."
CANONICAL_DATE = "This must be a date like 2026-01-31."
DECIMAL = "This must be a decimal in a string with {}, up to 4 digits and up to 2 places after the point."
TOTAL, PRICE = DECIMAL.format("an optional minus sign"), DECIMAL.format("no sign")
UNKNOWN = "This member is unknown; known members: {}."
MEMBERS = sorted({"dueOn", *Order.model_fields} - {"due_on"})


@pytest.mark.parametrize(
    ("member", "value", "pointer", "detail"),
    [
        ("unknown", 1, "/unknown", UNKNOWN.format(", ".join(MEMBERS))),
        ("due_on", "2026-01-31", "/due_on", UNKNOWN.format(", ".join(MEMBERS))),
        ("title", 1, "/title", "This must be a string."),
        ("title", "a\0", "/title", "This does not match the documented pattern."),
        ("title", "\ud800", "/title", "This must be text without lone surrogates."),
        ("title", "secret", "/title", "This is not a valid value."),
        ("dueOn", 0, "/dueOn", CANONICAL_DATE),
        ("dueOn", "2026-01-31T00:00:00", "/dueOn", CANONICAL_DATE),
        (
            "at",
            1767225600,
            "/at",
            "This must be a timestamp with its offset, like 2026-01-31T12:00:00Z.",
        ),
        (
            "ref",
            ROW_ID.replace("-", ""),
            "/ref",
            "This must be a UUID in hexadecimal with hyphens.",
        ),
        ("level", "LOW", "/level", "Input should be 'low' or 'high'."),
        ("total", 1.5, "/total", TOTAL),
        ("total", "1e2", "/total", TOTAL),
        ("ratio", "0.5", "/ratio", "This must be a number."),
        ("urgent", 1, "/urgent", "This must be true or false."),
        ("urgent", "yes", "/urgent", "This must be true or false."),
        ("count", "1", "/count", "This must be an integer."),
        ("count", True, "/count", "This must be an integer."),
        ("count", 2**31, "/count", "Input should be less than or equal to 2147483647."),
        ("wide", 2**40 + 1, "/wide", "Input should be less than or equal to 1099511627776."),
        ("even", 3, "/even", "This is not a valid value."),
        ("initials", "abcd", "/initials", "String should have at most 3 characters."),
        ("short", ["a", "b"], "/short", "List should have at most 1 item after validation, not 2."),
        ("parts", {}, "/parts", "This must be a JSON array."),
        ("parts", [{"name": "x", "amount": "2"}], "/parts/0/amount", "This must be an integer."),
        ("parts", [{"name": "x", "secret": 2}], "/parts/0/secret", UNKNOWN.format("amount, name")),
        ("parts", [{"amount": 2}], "/parts/0/name", "This is required."),
        ("counts", {"a/b": "1"}, "/counts/a~1b", "This must be an integer."),
        ("by_name", {"name": {"name": 1}}, "/by_name/name/name", "This must be a string."),
        ("by_name", {"name": {"name": "x", "x": 1}}, "/by_name/name/x", UNKNOWN.format("amount, name")),
        ("details", [], "/details", "This must be a JSON object."),
        ("many", ["\0"], "/many", "This must contain no NUL and no lone surrogates."),
        ("anything", {"a": "\0"}, "/anything", "This must contain no NUL and no lone surrogates."),
        ("page", 5, "/page", "This must be a URL."),
        ("terms", {"kind": "theft"}, "/terms", "'kind' must be one of 'gift', 'sale'."),
        ("terms", {}, "/terms", "'kind' is required."),
        ("terms", {"kind": "sale", "price": 1}, "/terms/price", PRICE),
        ("revision", True, "/revision", "This must be one of the documented values."),
        ("revision", 3, "/revision", "Input should be 1 or 2."),
        ("agreed", 1, "/agreed", "This must be one of the documented values."),
        ("replies", [{"title": "a", "replies": [{}]}], "/replies/0/replies/0/title", "This is required."),
        ("gadget", {"name": ""}, "/gadget/name", "This does not match the documented pattern."),
        ("gadget", {"name": "lamp", "secret": 1}, "/gadget/secret", UNKNOWN.format("name, note, ready")),
    ],
)
async def test_an_invalid_body_of_a_custom_route_is_rejected_with_the_pointer_and_the_reason(
    orders: httpx.AsyncClient, member: str, value: Any, pointer: str, detail: str
) -> None:
    response = await post(orders, "/orders", {"title": "lamps", member: value})
    assert response.status_code == 422, response.text
    assert response.json()["errors"] == [{"pointer": pointer, "detail": detail}]


async def test_every_member_of_a_union_is_reported(orders: httpx.AsyncClient) -> None:
    response = await post(orders, "/orders", {"title": "lamps", "code": True})
    assert response.json()["errors"] == [
        {"pointer": "/code", "detail": "This must be an integer."},
        {"pointer": "/code", "detail": "This must be a string."},
    ]


async def test_an_endpoint_gets_an_instance_with_the_methods_and_defaults_of_the_model(
    orders: httpx.AsyncClient,
) -> None:
    body = {"title": "lamps", "parts": [{"name": "bulb"}, {"name": "shade", "amount": 4}]}
    nested = {**body, "replies": [body], "gadget": {"name": "lamp"}}
    assert (await post(orders, "/amounts", nested)).json() == 5
    order = (await post(orders, "/orders", body)).json()
    assert order == Order.model_validate(body).model_dump(mode="json")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/teams", {"lead": {"team": {"lead": {"team": {"size": 5}}}}}, 200),
        ("/teams", {"lead": {"team": {"lead": {"team": {"size": "5"}}}}}, 422),
        ("/employees", {"team": {"lead": {"team": {"size": 5}}}}, 200),
        ("/employees", {"team": {"lead": {"team": {"size": "5"}}}}, 422),
        ("/employees", {"team": {"lead": {"team": {"members": 5}}}}, 422),
        ("/open", {"count": 1, "other": "x"}, 200),
        ("/open", {"count": "1"}, 422),
        ("/lax", {"at": "12:00:00", "count": "1"}, 200),
        ("/lax", {"at": "12:00:00", "count": 1, "other": 1}, 422),
        ("/strict", {"level": "low", "on": "2026-01-31"}, 200),
        ("/strict", {"level": "low", "on": 0}, 422),
        ("/parts", [{"name": "bulb"}], 200),
        ("/parts", [], 200),
        ("/parts", [{"name": "bulb", "other": 1}], 422),
        ("/parts", {"name": "bulb"}, 422),
        ("/ids", [ROW_ID], 200),
        ("/ids", [5], 422),
        ("/counts", {"a": 1}, 200),
        ("/counts", {"a": True}, 422),
        ("/counts", {"a\0": 1}, 422),
        ("/number", 1, 200),
        ("/number", 0, 422),
        ("/number", "1", 422),
        ("/optional", {"name": "bulb"}, 200),
        ("/optional", None, 200),
        ("/optional", {"name": "bulb", "other": 1}, 422),
    ],
)
async def test_a_body_follows_the_configuration_and_the_type_of_its_parameter(
    orders: httpx.AsyncClient, path: str, body: Any, status: int
) -> None:
    # Pydantic's own formats accept more than they document.
    unchecked = unchecked_client_of(orders_application(fast_path=True)) if path == "/lax" else orders
    assert (await post(unchecked, path, body)).status_code == status


async def test_a_pointer_names_a_member_that_the_client_chose(orders: httpx.AsyncClient) -> None:
    response = await post(orders, "/counts", {"lamps": "secret"})
    assert response.json()["errors"] == [{"pointer": "/lamps", "detail": "This must be an integer."}]
