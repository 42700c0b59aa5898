from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import create_engine

from routers import Database, OwnerId, ResourceAPI, Scope, UnitOfWork
from tests.support.databases import new_pool
from tests.support.gadget_applications import client_of, gadget_application
from tests.support.gadgets import Gadget, GadgetRead, gadgets
from tests.support.specimens import specimen_application
from tests.support.sql import new_database, run_sql
from tests.support.wire import Wire, wire_to


@pytest.fixture(scope="session")
def gadget_url(server_url: str) -> str:
    url = new_database(server_url, "gadgets")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    Gadget.__table__.create(engine)  # type: ignore[attr-defined]
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def specimen_api(specimen_database: Database) -> ResourceAPI:
    return specimen_application(specimen_database)


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
    """A database with a short deadline, for tests that reach it."""
    database = new_pool(wire.url, seconds=0.75)
    yield database
    await database.close()


@pytest.fixture
def empty(gadget_url: str) -> None:
    run_sql(gadget_url, "TRUNCATE gadget")


@pytest.fixture(scope="session")
def api(database: Database) -> ResourceAPI:
    return gadget_application(database)


@pytest.fixture
async def client(api: ResourceAPI, empty: None) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(api) as client:
        yield client


@pytest.fixture
def scope(database: Database, empty: None) -> Scope[GadgetRead]:
    return Scope(gadgets, OwnerId("ann"), UnitOfWork(database))


@pytest.fixture
def foreign(database: Database, empty: None) -> Scope[GadgetRead]:
    return Scope(gadgets, OwnerId("bob"), UnitOfWork(database))
