"""A resource with JSON columns."""

from typing import Annotated, Any

from sqlalchemy import Index, func
from sqlmodel import Field, SQLModel, col

from routers import Computed, Contains, ReadRow, Resource, ResourceRouter, RowId, Scope, resource_router
from tests.support.gadgets import access
from tests.support.tables import OwnedSpecimen

Count = Annotated[int, Field(ge=0, le=99)]


class DocumentCreate(SQLModel):
    """A document as a client writes it."""

    title: str = Field(default="", max_length=20)
    extra: dict[str, Any] | None = None
    counts: dict[str, Count] = Field(default_factory=dict, min_length=0, max_length=3)
    tags: list[Annotated[str, Field(min_length=1, max_length=5)]] = Field(default_factory=list)
    sizes: list[Annotated[float, Field(gt=0.5)]] | None = Field(default=None, max_length=2)


class Document(DocumentCreate, OwnedSpecimen, table=True):
    """A row of documents."""

    __table_args__ = (Index(None, "tags", postgresql_using="gin"),)
    keys: str | None = None


class DocumentRead(DocumentCreate, ReadRow):
    """A document as its owner sees it."""

    keys: str | None = None


documents = Resource(
    path="/documents",
    model=Document,
    create=DocumentCreate,
    read=DocumentRead,
    filters=(Contains("tags", parameter="tag"), Contains("sizes")),
    computed=(Computed("keys", lambda new, _: new.extra["b"].astext),),
)


def document_router() -> ResourceRouter[DocumentRead]:
    """Return a router of documents with custom routes that write JSON."""
    router = resource_router(documents, access)
    scope = Annotated[Scope[DocumentRead], router.scope]

    @router.post("/{document_id}/replace")
    async def replace_extra(document_id: RowId, rows: scope, body: dict[str, Any]) -> DocumentRead:
        """Replace the JSON object."""
        return await rows.update(document_id, extra=body)

    @router.post("/{document_id}/merge")
    async def merge_extra(document_id: RowId, rows: scope, body: dict[str, Any]) -> DocumentRead:
        """Merge into the JSON object, next to an expression."""
        return await rows.merge(document_id, extra=body, title=func.lower(col(Document.title)))

    return router
