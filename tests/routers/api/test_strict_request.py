"""Hostile requests, each with the one status that the contract gives it."""

import httpx
import pytest

from routers.api.strict_request import _DECODER
from tests.routers.queries.test_statements import ID

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
        (b'{"name": "x", "id": "%s"}' % ID.encode(), 422),
        (b'{"name": "x", "owner_id": "bob"}', 422),
        (b'{"name": "x", "version": 7}', 422),
        (b'{"name": "x", "\\ud800": 1}', 422),
        (b'{"name": "x", "": 1}', 422),
    ],
)
async def test_a_body_is_taken_exactly_as_documented(
    client: httpx.AsyncClient, body: bytes, status: int
) -> None:
    response = await client.post("/gadgets", content=body, headers=JSON)
    assert response.status_code == status
    assert (len((await client.get("/gadgets")).json()["items"]) == 1) is (status == 201)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", None),
        ("Application/JSON; Charset=UTF-8", None),
        ('application/json;charset="utf-8"', None),
        ("application/json; charset=latin1", 415),
        ("application/json; version=2", None),
        ("application/json;", None),
        ("application/json; charset=UTF-16", 415),
        ("application/json\xa0", 415),
        ("application/merge-patch+json", 415),
        ("application/vnd.api+json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("text/plain", 415),
        ("application", 415),
        ("", 415),
        (None, 415),
    ],
)
async def test_a_body_must_be_declared_as_json(
    client: httpx.AsyncClient, method: str, content_type: str | None, status: int | None
) -> None:
    path = "/gadgets" if method == "POST" else f"/gadgets/{ID}"
    await client.put(f"/gadgets/{ID}", json={"name": "before"})
    headers = {} if content_type is None else {b"Content-Type": content_type.encode("latin1")}
    response = await client.request(method, path, content=b'{"name": "x"}', headers=headers)
    if content_type == "application/merge-patch+json" and method == "PATCH":
        status = None
    assert response.status_code == status if status else response.is_success


@pytest.mark.parametrize(
    "name",
    [
        "x",
        "1",
        ID.replace("-", ""),
        "{" + ID + "}",
        "urn:uuid:" + ID,
        "ABCDEF00-0000-4000-8000-000000000001",
        ID + "%0Ax",
        ID + "%00",
        "%FF",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_an_id_has_one_spelling(client: httpx.AsyncClient, method: str, name: str) -> None:
    response = await client.request(method, f"/gadgets/{name}", json={"name": "x"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "gadget_id"


@pytest.mark.parametrize(
    "path",
    ["/gadgets/", f"/gadgets/{ID}/", "//gadgets", "/Gadgets", "/gadgets%0A", f"/gadgets/{ID}%0A", "/docs%0A"],
)
async def test_there_are_no_redirects(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)
    assert response.status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "content", "headers"),
    [
        ("POST", "/gadgets", b"{", JSON),
        ("POST", "/gadgets", b"{}", JSON),
        ("POST", "/gadgets", b"x", {"Content-Type": "text/plain"}),
        ("GET", "/gadgets?x=1", b"", {}),
        ("GET", "/gadgets/x", b"", {}),
        ("PUT", "/gadgets/x", b"{", JSON),
        ("DELETE", f"/gadgets/{ID}", b"", {"If-Match": '"9"'}),
    ],
)
async def test_nobody_outranks_every_other_error(
    client: httpx.AsyncClient, method: str, path: str, content: bytes, headers: dict[str, str]
) -> None:
    del client.headers["Owner"]
    response = await client.request(method, path, content=content, headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Owner"


async def test_no_answer_repeats_what_was_sent(client: httpx.AsyncClient) -> None:
    marker = "ceci-nest-pas"
    answers = [
        await client.post("/gadgets", json={"name": marker * 5, "note": [marker], "ready": marker}),
        await client.post("/gadgets", json={"name": "x", marker: marker}),
        await client.post("/gadgets", content=f'{{"{marker}'.encode(), headers=JSON),
        await client.get(f"/gadgets?{marker}={marker}"),
        await client.get(f"/gadgets?limit={marker}&sort={marker}&cursor={marker}&ready={marker}"),
        await client.get(f"/gadgets/{marker}"),
        await client.get(f"/{marker}"),
        await client.get(f"/gadgets/{ID}", headers={"If-Match": marker, marker: marker}),
    ]
    for response in answers:
        assert response.is_client_error
        assert marker not in response.text
        assert marker not in str(response.headers)


def test_a_number_of_any_length_is_a_number() -> None:
    """Python alone would refuse to convert it, as if it were not JSON."""
    assert _DECODER.decode("1" * 300) == int("1" * 300)
    assert _DECODER.decode("-" + "1" * 5000) == float("-inf")
