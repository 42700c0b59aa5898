"""The application with a database, in the process of the test."""

import contextlib
from collections.abc import AsyncIterator

import httpx

from app.database.migrations import migrate
from app.main import TABLES, create_app
from app.resources import OTHER_ROUTERS, RESOURCES
from app.settings import Settings
from routers import ResourceAPI, ScopedRouter
from tests.support.private_values import PLANTED
from tests.support.second_opinion import SecondOpinion
from tests.support.sql import new_database, run_sql

ROUTERS: tuple[ScopedRouter, ...] = (*RESOURCES, *OTHER_ROUTERS)
"""The routers of the application whose routes have scopes."""


def migrated_database(server_url: str, name: str) -> str:
    """Create a database with the tables of the application, and return its URL."""
    url = new_database(server_url, name)
    migrate(url)
    return url


def empty_tables(url: str) -> None:
    """Delete the rows of all owners; those of public tables are part of the migrations."""
    owned = [f'"{table.schema or "public"}"."{table.name}"' for table in TABLES if "owner_id" in table.c]
    run_sql(url, f"TRUNCATE {', '.join(owned)}")


@contextlib.asynccontextmanager
async def task_application(url: str) -> AsyncIterator[ResourceAPI]:
    """Run the application in this process."""
    api = create_app(Settings.model_construct(database_url=url))
    async with api.router.lifespan_context(api):
        yield api


@contextlib.asynccontextmanager
async def task_client(api: ResourceAPI, url: str) -> AsyncIterator[httpx.AsyncClient]:
    """Open a client, to empty tables, whose exchanges are validated against the document."""
    empty_tables(url)
    transport = SecondOpinion(httpx.ASGITransport(api), api.openapi())
    async with httpx.AsyncClient(transport=transport, base_url="http://todo/api/v1") as client:
        client.headers.update({"X-User-ID": "alice", "Authorization": f"Bearer {PLANTED}"})
        yield client
