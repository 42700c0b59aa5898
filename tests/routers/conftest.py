from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from routers import Database, OwnerId, ResourceAPI, Scope
from tests.conftest import new_database, run_sql
from tests.routers.gadgets import Gadget, GadgetRead, gadget_router, gadgets
from tests.wire import Wire, wire_to


@pytest.fixture(scope="session")
def gadget_url(server_url: str) -> str:
    url = new_database(server_url, "gadgets")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    Gadget.__table__.create(engine)  # type: ignore[attr-defined]
    engine.dispose()
    return url


@pytest.fixture(scope="session")
async def wire(gadget_url: str) -> AsyncIterator[Wire]:
    async with wire_to(gadget_url) as wire:
        yield wire


@pytest.fixture(scope="session")
async def database(wire: Wire) -> AsyncIterator[Database]:
    engine = create_async_engine(
        wire.url.replace("postgresql:", "postgresql+psycopg:"),
        pool_size=5,
        max_overflow=0,
        pool_timeout=0.5,
        connect_args={"prepare_threshold": None, "connect_timeout": 2},
    )
    yield Database(engine, deadline=0.5)
    await engine.dispose()


@pytest.fixture
def empty(gadget_url: str) -> None:
    run_sql(gadget_url, "TRUNCATE gadget")


@pytest.fixture(scope="session")
def api(database: Database) -> ResourceAPI:
    api = ResourceAPI(title="Gadgets", max_body_size=4096)
    api.state.database = database
    api.include_router(gadget_router())
    return api


@pytest.fixture
async def client(api: ResourceAPI, empty: None) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(api, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gadgets") as client:
        client.headers["Owner"] = "ann"
        yield client


@pytest.fixture
def scope(database: Database, empty: None) -> Scope[GadgetRead]:
    return Scope(gadgets, OwnerId("ann"), database)


@pytest.fixture
def foreign(database: Database, empty: None) -> Scope[GadgetRead]:
    return Scope(gadgets, OwnerId("bob"), database)
