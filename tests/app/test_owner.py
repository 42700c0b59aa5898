"""The owner of a request."""

import httpx
import pytest

from app.main import create_app
from app.settings import Settings
from routers import ResourceAPI
from tests.support.owners import known_only

VALID = ["a", "Alice", "auth0|507f1f", "a@b.example", "urn:x:y", "a_b-c.d", "x" * 64]
INVALID = ["", " ", "a b", "x" * 65, "a/b", "a+b", "a,b", "'", "a\u00e9", "a;b"]


@pytest.mark.parametrize("name", VALID)
async def test_a_valid_owner_is_accepted(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get("/tasks", headers={"X-User-ID": name})).status_code == 200


@pytest.mark.parametrize("name", INVALID)
async def test_an_invalid_owner_is_rejected(client: httpx.AsyncClient, name: str) -> None:
    response = await client.get("/tasks", headers={b"X-User-ID": name.encode("latin1")})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "OwnerHeader"


async def test_a_missing_misspelt_or_repeated_header_is_rejected(client: httpx.AsyncClient) -> None:
    del client.headers["X-User-ID"]
    assert (await client.get("/tasks")).status_code == 401
    assert (await client.get("/tasks", headers={"X_User_ID": "alice"})).status_code == 401
    twice = [("X-User-ID", "alice"), ("X-User-ID", "alice")]
    assert (await client.get("/tasks", headers=twice)).status_code == 401


async def test_another_owner_provider_needs_only_the_setting(api: ResourceAPI) -> None:
    app = create_app(Settings.model_construct(owner_provider=known_only))
    app.state.database = api.state.database
    assert app.openapi() == api.openapi()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://todo/api/v1") as client:
        assert (await client.get("/tasks", headers={"X-User-ID": "alice"})).status_code == 200
        unknown = await client.get("/tasks", headers={"X-User-ID": "mallory"})
    assert unknown.status_code == 401
    assert unknown.headers["www-authenticate"] == "Known"
