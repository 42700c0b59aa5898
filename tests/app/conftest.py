from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app.identification import Identification
from app.main import create_app
from app.owner import OwnerProvider
from app.settings import Settings
from routers import ResourceAPI
from tests.support.owners import ClientOf
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


@pytest.fixture
def client_of(api: ResourceAPI) -> ClientOf:
    """Return a function that opens a client of the application with another owner provider."""

    @asynccontextmanager
    async def open_client(provider: OwnerProvider, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
        app = create_app(Settings.model_construct(owner_provider=provider))
        app.state.database = api.state.database
        app.state.identification = Identification(provider, **options)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://todo/api/v1") as client:
            yield client

    return open_client
