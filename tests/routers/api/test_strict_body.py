"""Valid, malformed and hostile bodies, each with its status."""

from typing import Annotated

import httpx
import pytest
from fastapi import Header, Response

from routers import Database, Scope, resource_router
from tests.support.gadget_applications import application_of, unchecked_client_of
from tests.support.gadgets import ROW_ID, GadgetCreate, GadgetRead, access, gadget_router, gadgets

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"name": "x"}', 201),
        (b'  {"name": "x", "note": null, "ready": true}\n', 201),
        ('{"name": "über 😀"}'.encode(), 201),
        (b'{"name": "\\ud83d\\ude00"}', 201),
        (b'{"name": "x"', 400),
        (b'{"name": "x"}}', 400),
        (b"{'name': 'x'}", 400),
        (b'{"name": "x",}', 400),
        (b'{"name": "x", "name": "x"}', 400),
        (b'{"name": "x", "note": {"a": 1, "a": 1}}', 400),
        (b'{"name": "x", "ready": NaN}', 400),
        (b'{"name": "x", "ready": Infinity}', 400),
        (b'{"name": "x", "ready": -Infinity}', 400),
        (b'{"name": "\xff"}', 400),
        (b'\xef\xbb\xbf{"name": "x"}', 400),
        ('{"name": "x"}'.encode("utf-16"), 400),
        ('{"name": "x"}'.encode("utf-32"), 400),
        (b'{"name": "a\nb"}', 400),
        (b"[" * 4000, 400),
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b'"x"', 422),
        (b"{}", 422),
        (b'{"name": null}', 422),
        (b'{"name": 1}', 422),
        (b'{"name": true}', 422),
        (b'{"name": ["x"]}', 422),
        (b'{"name": ""}', 422),
        (b'{"name": " "}', 422),
        ('{"name": "\u3000\u00a0"}'.encode(), 422),
        (b'{"name": "a\\u0000b"}', 422),
        (b'{"name": "a\\nb"}', 422),
        (b'{"name": "a\\u0085b"}', 422),
        (b'{"name": "\\ud800"}', 422),
        (b'{"name": "%s"}' % (b"x" * 21), 422),
        (b'{"name": "x", "note": "x"}', 422),
        (b'{"name": "x", "note": "a\\u0000b"}', 422),
        (b'{"name": "x", "ready": 1}', 422),
        (b'{"name": "x", "ready": "true"}', 422),
        (b'{"name": "x", "ready": null}', 422),
        (b'{"name": "x", "id": "%s"}' % ROW_ID.encode(), 422),
        (b'{"name": "x", "owner_id": "bob"}', 422),
        (b'{"name": "x", "version": 7}', 422),
        (b'{"name": "x", "\\ud800": 1}', 422),
        (b'{"name": "x", "": 1}', 422),
    ],
)
async def test_create_accepts_exactly_the_documented_bodies(
    client: httpx.AsyncClient, body: bytes, status: int
) -> None:
    response = await client.post("/gadgets", content=body, headers=JSON)
    assert response.status_code == status
    rows = (await client.get("/gadgets")).json()["items"]
    assert len(rows) == (1 if status == 201 else 0)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"name": "x"', "The body is not valid JSON: Expecting ',' delimiter, line 1, column 13."),
        (b'{\n"name": secret}', "The body is not valid JSON: Expecting value, line 2, column 9."),
        (b'{"name": "a\nb"}', "The body is not valid JSON: Invalid control character, line 1, column 12."),
        (b'{"name": -Infinity}', "The body is not valid JSON: -Infinity is no JSON number."),
        (b'{"note": {"a": 1, "b": 2, "a": 3}}', "The member `a` occurs twice in one object."),
        (b'{"\\ud800": 1, "\\ud800": 3}', "The member `\ufffd` occurs twice in one object."),
        (b'{"name": "\xff"}', "The body is not UTF-8."),
        ('{"name": "x"}'.encode("utf-16"), "The body is not UTF-8."),
        (b"\xef\xbb\xbf{}", "The body begins with a byte order mark: drop it."),
        (b"[" * 4000, "The body is nested too deep: 100 levels are possible."),
    ],
)
async def test_a_malformed_body_is_rejected_with_the_reason(
    client: httpx.AsyncClient, body: bytes, detail: str
) -> None:
    response = await client.post("/gadgets", content=body, headers=JSON)
    assert (response.status_code, response.json()["detail"]) == (400, detail)


async def test_a_missing_body_is_rejected_with_the_reason(client: httpx.AsyncClient) -> None:
    response = await client.post("/gadgets", headers=JSON)
    assert response.status_code == 422
    assert response.json()["errors"] == [{"pointer": "", "detail": "The request must have a body."}]


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", ""])
@pytest.mark.parametrize("body", [b'{"name": "x"}', b"{"])
async def test_an_encoded_body_is_rejected_before_it_is_parsed(
    client: httpx.AsyncClient, coding: str, body: bytes
) -> None:
    response = await client.post("/gadgets", content=body, headers={**JSON, "Content-Encoding": coding})
    assert response.status_code == 415
    assert response.headers["Accept-Encoding"] == "identity"
    assert response.json()["detail"] == "Send the body without Content-Encoding."
    identity = {**JSON, "Content-Encoding": "Identity"}
    assert (await client.post("/gadgets", content=b'{"name": "x"}', headers=identity)).is_success


@pytest.mark.parametrize(
    ("content_types", "detail"),
    [
        ([], "Send the body as application/json: Content-Type is missing."),
        (
            ["application/json", "application/json"],
            "Send the body as application/json: the request has several Content-Type headers.",
        ),
        (["text/plain"], "Send the body as application/json."),
        (["application/json; charset=latin1"], "Send the body in UTF-8: JSON has no other charset."),
    ],
)
async def test_a_wrong_media_type_is_rejected_with_the_reason(
    client: httpx.AsyncClient, content_types: list[str], detail: str
) -> None:
    headers = [("Content-Type", each) for each in content_types]
    response = await client.post("/gadgets", content=b'{"name": "x"}', headers=headers)
    assert (response.status_code, response.json()["detail"]) == (415, detail)
    assert "Accept-Encoding" not in response.headers


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON; Charset=UTF-8",
        'application/json;charset="utf-8"',
        "application/json; version=2",
        "application/json;",
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_a_body_that_is_declared_as_json_is_accepted(
    client: httpx.AsyncClient, method: str, content_type: str
) -> None:
    response = await send_body(client, method, content_type)
    assert response.is_success


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json; charset=latin1",
        "application/json; charset=UTF-16",
        "application/json\xa0",
        "application/vnd.api+json",
        "application/x-www-form-urlencoded",
        "text/plain",
        "application",
        "",
        None,
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
async def test_a_body_that_is_not_declared_as_json_is_rejected(
    client: httpx.AsyncClient, method: str, content_type: str | None
) -> None:
    response = await send_body(client, method, content_type)
    assert response.status_code == 415


@pytest.mark.parametrize(("method", "status"), [("POST", 415), ("PUT", 415), ("PATCH", 200)])
async def test_only_patch_accepts_a_json_merge_patch(
    client: httpx.AsyncClient, method: str, status: int
) -> None:
    response = await send_body(client, method, "application/merge-patch+json")
    assert response.status_code == status


async def send_body(client: httpx.AsyncClient, method: str, content_type: str | None) -> httpx.Response:
    """Send a valid body to create or change a row, with this media type."""
    row = f"/gadgets/{ROW_ID}"
    await client.put(row, json={"name": "before"})
    headers = {} if content_type is None else {b"Content-Type": content_type.encode("latin1")}
    path = "/gadgets" if method == "POST" else row
    return await client.request(method, path, content=b'{"name": "x"}', headers=headers)


@pytest.mark.parametrize("digits", ["1" * 300, "1" * 5000, "-" + "1" * 5000], ids=len)
async def test_a_number_with_more_digits_than_python_converts_is_json(
    database: Database, empty: None, digits: str
) -> None:
    api = application_of(gadget_router(), database)
    async with unchecked_client_of(api) as client:
        response = await client.post("/gadgets", content=f'{{"name": {digits}}}', headers=JSON)
    assert response.status_code == 422
    assert response.json()["errors"] == [{"pointer": "/name", "detail": "This must be a string."}]


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b'{"name": "x"}', JSON, 200),
        (b"{", JSON, 400),
        (b'{"name": "x", "name": "x"}', JSON, 400),
        (b'{"name": "x"}', {"Content-Type": "text/plain"}, 415),
        (b"{}", JSON, 422),
        (b"", JSON, 422),
        (b"{", {**JSON, "Owner": ""}, 401),
    ],
)
async def test_custom_routes_outside_of_the_fast_path_read_bodies_as_strictly(
    database: Database, content: bytes, headers: dict[str, str], status: int
) -> None:
    router = resource_router(gadgets, access)

    @router.post("/check")
    async def check(
        body: GadgetCreate,
        rows: Annotated[Scope[GadgetRead], router.scope],
        kind: Annotated[str, Header()] = "x",
    ) -> Response:
        return Response(body.name)

    async with unchecked_client_of(application_of(router, database)) as client:
        response = await client.post("/gadgets/check", content=content, headers=headers)
    assert response.status_code == status
