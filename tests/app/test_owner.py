"""The owner seam."""

import httpx
import pytest

from app.main import create_app
from app.settings import Settings
from routers import ResourceAPI
from tests.support.owners import known_only

WELL_FORMED = ["a", "Alice", "auth0|507f1f", "a@b.example", "urn:x:y", "a_b-c.d", "x" * 64]
MALFORMED = ["", " ", "a b", "x" * 65, "a/b", "a+b", "a,b", "'", "a\u00e9", "a;b"]


@pytest.mark.parametrize("name", WELL_FORMED)
async def test_a_well_formed_name_is_an_owner(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get("/tasks", headers={"X-User-ID": name})).status_code == 200


@pytest.mark.parametrize("name", MALFORMED)
async def test_anything_else_is_nobody(client: httpx.AsyncClient, name: str) -> None:
    response = await client.get("/tasks", headers={b"X-User-ID": name.encode("latin1")})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "OwnerHeader"


async def test_no_header_and_two_headers_are_nobody(client: httpx.AsyncClient) -> None:
    del client.headers["X-User-ID"]
    assert (await client.get("/tasks")).status_code == 401
    twice = [("X-User-ID", "alice"), ("X-User-ID", "alice")]
    assert (await client.get("/tasks", headers=twice)).status_code == 401


async def test_another_provider_is_plugged_in_by_the_setting_alone(api: ResourceAPI) -> None:
    other = create_app(Settings.model_construct(owner_provider=known_only))
    other.state.database = api.state.database
    assert other.openapi() == api.openapi()
    transport = httpx.ASGITransport(other)
    async with httpx.AsyncClient(transport=transport, base_url="http://todo/api/v1") as client:
        assert (await client.get("/tasks", headers={"X-User-ID": "alice"})).status_code == 200
        stranger = await client.get("/tasks", headers={"X-User-ID": "mallory"})
    assert stranger.status_code == 401
    assert stranger.headers["www-authenticate"] == "Known"
