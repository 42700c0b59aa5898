"""What the resources of this application are given."""

from starlette.requests import Request

from app.access import API, access
from app.owner import current_owner
from routers import ResourceAPI


def test_resources_ask_the_owner_provider_and_the_applications_database(api: ResourceAPI) -> None:
    assert access.owner is current_owner
    assert access.database(Request({"type": "http", "app": api})) is api.state.database
    assert API == "/api/v1"
