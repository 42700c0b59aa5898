from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import create_engine

from routers import Database, ResourceAPI
from tests.routers.queries.documents import document_router, documents
from tests.support.gadget_applications import application_of, client_of, unchecked_client_of
from tests.support.sql import run_sql


@pytest.fixture(scope="session")
def document_api(database: Database, gadget_url: str) -> ResourceAPI:
    engine = create_engine(gadget_url.replace("postgresql:", "postgresql+psycopg2:"))
    documents.table.create(engine)
    engine.dispose()
    return application_of(document_router(), database)


@pytest.fixture
async def editor(document_api: ResourceAPI, gadget_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the documents, of which there are none."""
    run_sql(gadget_url, "TRUNCATE document")
    async with client_of(document_api) as client:
        yield client


@pytest.fixture
async def unchecked(document_api: ResourceAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A faster client of the documents."""
    async with unchecked_client_of(document_api) as client:
        yield client
