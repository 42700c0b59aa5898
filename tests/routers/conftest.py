from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from routers import Database, OwnerId, ResourceAPI, Scope
from tests.conftest import new_database, run_sql
from tests.routers.gadgets import Gadget, GadgetRead, gadget_router, gadgets
from tests.routers.specimens import create_specimens, specimen_application
from tests.second_opinion import SecondOpinion
from tests.wire import Wire, wire_to


@pytest.fixture(scope="session")
def gadget_url(server_url: str) -> str:
    url = new_database(server_url, "gadgets")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    Gadget.__table__.create(engine)  # type: ignore[attr-defined]
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def specimen_url(server_url: str) -> str:
    url = new_database(server_url, "specimens")
    create_specimens(url)
    return url


@pytest.fixture
def region(specimen_url: str) -> str:
    """The id of a region, in otherwise empty tables."""
    run_sql(specimen_url, "TRUNCATE region, shelf, specimen, label")
    region = "00000000-0000-4000-8000-0000000000ff"
    run_sql(specimen_url, f"INSERT INTO region (id, name) VALUES ('{region}', 'North')")  # noqa: S608
    return region


@pytest.fixture(scope="session")
async def specimen_wire(specimen_url: str) -> AsyncIterator[Wire]:
    async with wire_to(specimen_url) as wire:
        yield wire


@pytest.fixture(scope="session")
async def database_of_specimens(specimen_wire: Wire) -> AsyncIterator[Database]:
    database = new_pool(specimen_wire.url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def specimen_api(database_of_specimens: Database) -> ResourceAPI:
    return specimen_application(database_of_specimens)


@pytest.fixture
async def museum(specimen_api: ResourceAPI, region: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the specimens."""
    async with client_of(specimen_api) as client:
        yield client


@pytest.fixture(scope="session")
async def wire(gadget_url: str) -> AsyncIterator[Wire]:
    async with wire_to(gadget_url) as wire:
        yield wire


@pytest.fixture(scope="session")
async def database(wire: Wire) -> AsyncIterator[Database]:
    database = new_pool(wire.url)
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def impatient_database(wire: Wire) -> AsyncIterator[Database]:
    """One that gives up soon, for tests in which it has to; on a busy machine others would be cut short."""
    database = new_pool(wire.url, seconds=0.75)
    yield database
    await database.close()


def new_pool(url: str, seconds: float = 20.0) -> Database:
    """A pool that waits so long for a connection, and for an answer."""
    engine = create_async_engine(
        url.replace("postgresql:", "postgresql+psycopg:"),
        pool_size=5,
        max_overflow=0,
        pool_timeout=seconds,
        connect_args={"prepare_threshold": None, "connect_timeout": 2},
    )
    return Database(engine, deadline=seconds)


@pytest.fixture
def empty(gadget_url: str) -> None:
    run_sql(gadget_url, "TRUNCATE gadget")


@pytest.fixture(scope="session")
def api(database: Database) -> ResourceAPI:
    return gadget_application(database)


def gadget_application(database: Database) -> ResourceAPI:
    return application_of(gadget_router(), database, max_body_size=4096)


def application_of(router: APIRouter, database: Database, **options: Any) -> ResourceAPI:
    """A router of gadgets in an application of its own."""
    api = ResourceAPI(title="Gadgets", **options)
    api.state.database = database
    api.include_router(router)
    return api


@pytest.fixture
async def client(api: ResourceAPI, empty: None) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(api) as client:
        yield client


def client_of(api: ResourceAPI) -> httpx.AsyncClient:
    """A client whose every exchange is judged by the document."""
    return client_through(SecondOpinion(httpx.ASGITransport(api, raise_app_exceptions=False), api.openapi()))


def client_through(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers={"Owner": "ann"})


@pytest.fixture
def scope(database: Database, empty: None) -> Scope[GadgetRead]:
    return Scope(gadgets, OwnerId("ann"), database)


@pytest.fixture
def foreign(database: Database, empty: None) -> Scope[GadgetRead]:
    return Scope(gadgets, OwnerId("bob"), database)
