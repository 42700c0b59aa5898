"""URLs in responses, below a path prefix."""

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Mount

from routers import Database
from tests.support.gadget_applications import application_of, gadget_application, unchecked_client_of
from tests.support.gadgets import ROW_ID, gadget_router


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


async def test_allow_lists_all_methods_below_the_path_of_a_mount(database: Database) -> None:
    outer = FastAPI(routes=[Mount("/sub", gadget_application(database))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(outer), base_url="http://test") as client:
        response = await client.post(f"/sub/gadgets/{ROW_ID}", headers={"Owner": "ann"})
    assert response.status_code == 405
    assert response.headers["allow"] == "DELETE, GET, HEAD, PATCH, PUT"
