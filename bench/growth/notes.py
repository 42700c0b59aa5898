"""The application with one more resource, whose text may be as long as a body."""

import importlib

from sqlalchemy import create_engine
from sqlmodel import Field, SQLModel

from app.access import API, access
from app.database.engine import driver_url
from routers import OwnedRow, ReadRow, Resource, resource_router


class NoteCreate(SQLModel):
    """A note as a client writes it."""

    text: str = Field(description="What it says.")


class Note(NoteCreate, OwnedRow, table=True):
    """A row of the table `note`."""


class NoteRead(NoteCreate, ReadRow):
    """A note as its owner sees it."""


notes = Resource(path="/notes", model=Note, create=NoteCreate, read=NoteRead)
router = resource_router(notes, access, prefix=API)


def create_table(url: str) -> None:
    """Make the table, beside those of the application."""
    engine = create_engine(driver_url(url, "psycopg2"))
    SQLModel.metadata.create_all(engine, tables=[notes.table])
    engine.dispose()


def __getattr__(name: str) -> object:
    """Make `app` when the worker asks for it, as the application does."""
    if name != "app":
        raise AttributeError(name)
    app = importlib.import_module("app.main").app
    app.include_router(router)
    return app
