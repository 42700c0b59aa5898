"""A resource with references to others, which are declared elsewhere."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from routers import Equals, ReadRow, Resource
from tests.support.tables import OwnedSpecimen


class LabelCreate(SQLModel):
    """A label as a client writes it."""

    text: str = Field(max_length=10)
    language: str = Field(default="en", max_length=2)
    specimen_id: UUID | None = Field(default=None, foreign_key="specimen.id", ondelete="CASCADE")
    shelf_id: UUID | None = Field(default=None, foreign_key="shelf.id")
    serialNo: str | None = Field(default=None, max_length=9, unique=True)  # noqa: N815 # PostgreSQL needs it in quotes
    region_id: UUID | None = Field(default=None, foreign_key="region.id")


class Label(LabelCreate, OwnedSpecimen, table=True):
    """A row of labels; no two of an owner have the text `first`."""

    __table_args__ = (
        CheckConstraint("text <> language", name="text_is_no_language"),
        Index("one_first_label", "owner_id", "text", unique=True, postgresql_where=text("text = 'first'")),
    )


class LabelRead(LabelCreate, ReadRow):
    """A label as its owner sees it."""


labels = Resource(
    path="/labels",
    model=Label,
    create=LabelCreate,
    read=LabelRead,
    filters=(Equals("specimen_id"),),
    write_once=("language",),
)
