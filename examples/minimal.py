"""An application of one file: it uses the generator `routers`, and nothing of the application `app`.

Start it with a PostgreSQL database:

    export DATABASE_URL=postgresql://user:password@host/database
    python examples/minimal.py    # or: uvicorn examples.minimal:app
    curl http://127.0.0.1:8000/notes -H 'X-API-Key: key-of-ann'
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Security
from fastapi.security import APIKeyHeader
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel

from routers import (
    Access,
    Database,
    Equals,
    OwnedRow,
    OwnerId,
    ReadRow,
    Resource,
    ResourceAPI,
    Search,
    Unauthenticated,
    resource_router,
)

KEYS = {"key-of-ann": OwnerId("ann"), "key-of-bob": OwnerId("bob")}
"""The owner of each key. Replace it by your authentication."""


class NoteCreate(SQLModel):
    """A note, as clients create and replace it."""

    text: str = Field(min_length=1, max_length=500, description="The text of the note.")
    pinned: bool = Field(default=False, description="Whether the note is pinned.")


class Note(NoteCreate, OwnedRow, table=True):
    """The table `note`."""


class NoteRead(NoteCreate, ReadRow):
    """A note, as its owner sees it."""


notes = Resource(
    path="/notes",
    model=Note,
    create=NoteCreate,
    read=NoteRead,
    filters=(Equals("pinned"), Search("text")),
)


async def current_owner(
    key: Annotated[str | None, Security(APIKeyHeader(name="X-API-Key", auto_error=False))],
) -> OwnerId:
    """Return the owner of the key in the request."""
    owner = KEYS.get(key or "")
    if owner is None:
        raise Unauthenticated(headers={"WWW-Authenticate": "APIKey"})
    return owner


database = Database(create_async_engine(os.environ.get("DATABASE_URL", "postgresql://postgres@localhost")))


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Create missing tables at the start. Once there are rows to keep, use migrations instead."""
    async with database.engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    yield
    await database.close()


app = ResourceAPI(title="Notes", lifespan=lifespan)
app.include_router(resource_router(notes, Access(owner=current_owner, database=lambda _request: database)))

if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ.get("PORT", "8000")))
