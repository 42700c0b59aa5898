"""URLs in responses, below a router's prefix."""

import pytest
from fastapi import APIRouter

from routers import Database
from tests.support.gadget_applications import application_of, unchecked_client_of
from tests.support.gadgets import gadget_router


@pytest.mark.parametrize("team", ["%E2%82%AC", "a%20b%3F%23", "%0d%0aX-Evil:%201"])
async def test_the_location_of_a_new_row_is_percent_encoded(
    database: Database, empty: None, team: str
) -> None:
    outer = APIRouter()
    outer.include_router(gadget_router(), prefix="/teams/{team}")
    client = unchecked_client_of(application_of(outer, database))
    response = await client.post(f"/teams/{team}/gadgets", json={"name": "lamp"})
    assert response.status_code == 201
    location = response.headers["location"]
    assert location.lower() == f"/teams/{team}/gadgets/{response.json()['id']}".lower()
    assert (await client.get(location)).status_code == 200
