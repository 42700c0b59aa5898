"""The application with one more resource, whose text has no maximum length."""

from sqlmodel import Field, SQLModel, create_engine

from app.access import API, access
from app.main import create_app as create_task_app
from bench.apps import URL
from routers import OwnedRow, ReadRow, Resource, ResourceAPI, resource_router


class NoteCreate(SQLModel):
    text: str = Field(description="What the note says.")


class Note(NoteCreate, OwnedRow, table=True):
    pass


class NoteRead(NoteCreate, ReadRow):
    pass


notes = Resource(path="/notes", model=Note, create=NoteCreate, read=NoteRead)


def create_app() -> ResourceAPI:
    """Create the application, and the table of notes."""
    app = create_task_app()
    app.include_router(resource_router(notes, access, prefix=API))
    SQLModel.metadata.create_all(create_engine(URL, pool_size=1), tables=[notes.table])
    return app
