from collections.abc import AsyncIterator

import httpx
import pytest

from routers import ResourceAPI
from tests.support.tasks import migrated_database, task_application, task_client
from tests.support.wire import Wire, wire_to


@pytest.fixture(scope="session")
def task_url(server_url: str) -> str:
    """Return the URL of a migrated database."""
    return migrated_database(server_url, "tasks")


@pytest.fixture(scope="session")
async def wire(task_url: str) -> AsyncIterator[Wire]:
    """Return a proxy in front of the database, which counts statements and round trips."""
    async with wire_to(task_url) as wire:
        yield wire


@pytest.fixture(scope="session")
async def api(wire: Wire) -> AsyncIterator[ResourceAPI]:
    """Return the running application."""
    async with task_application(wire.url) as api:
        yield api


@pytest.fixture
async def client(api: ResourceAPI, task_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of the owner alice; there are no tasks."""
    async with task_client(api, task_url) as client:
        yield client
