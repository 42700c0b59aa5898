"""Invalid ids, paths and owners, and error responses that never repeat the input."""

import httpx
import pytest

from tests.support.gadgets import ROW_ID

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "row_id",
    [
        "x",
        "1",
        ROW_ID.replace("-", ""),
        "{" + ROW_ID + "}",
        "urn:uuid:" + ROW_ID,
        ROW_ID + "%0Ax",
        ROW_ID + "%00",
        "%FF",
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_an_id_that_is_not_in_its_canonical_format_is_rejected(
    client: httpx.AsyncClient, method: str, row_id: str
) -> None:
    response = await client.request(method, f"/gadgets/{row_id}", json={"name": "x"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "gadget_id"


@pytest.mark.parametrize(
    "path",
    [
        "/gadgets/",
        f"/gadgets/{ROW_ID}/",
        "//gadgets",
        "/Gadgets",
        "/gadgets%0A",
        f"/gadgets/{ROW_ID}%0A",
        "/docs%0A",
    ],
)
async def test_a_path_with_a_small_difference_is_not_found_and_not_redirected(
    client: httpx.AsyncClient, path: str
) -> None:
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
        ("DELETE", f"/gadgets/{ROW_ID}", b"", {"If-Match": '"9"'}),
    ],
)
async def test_a_missing_owner_takes_precedence_over_every_other_error(
    client: httpx.AsyncClient, method: str, path: str, content: bytes, headers: dict[str, str]
) -> None:
    del client.headers["Owner"]
    response = await client.request(method, path, content=content, headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Owner"


async def test_no_error_response_repeats_a_value(client: httpx.AsyncClient) -> None:
    marker = "ceci-nest-pas"
    responses = [
        await client.post("/gadgets", json={"name": marker * 5, "note": [marker], "ready": marker}),
        await client.post("/gadgets", json={"name": "x", "other": marker}),
        await client.post("/gadgets", content=f'{{"a": "{marker}", "a": "{marker}"}}', headers=JSON),
        await client.post("/gadgets", content=f'{{"{marker}'.encode(), headers=JSON),
        await client.get(f"/gadgets?other={marker}"),
        await client.get(f"/gadgets?limit={marker}&sort={marker}&cursor={marker}&ready={marker}"),
        await client.get(f"/gadgets/{marker}"),
        await client.get(f"/{marker}"),
        await client.get(f"/gadgets/{ROW_ID}", headers={"If-Match": marker, marker: marker}),
    ]
    for response in responses:
        assert response.is_client_error
        assert marker not in response.text
        assert marker not in str(response.headers)
