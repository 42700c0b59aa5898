"""References between tables, whichever is declared first."""

from uuid import UUID

import pytest
from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from routers import OwnedRow, PublicRow, ReadRow, Resource, ResourceAPI, resource_router
from routers.queries.conflicts import references_to
from routers.tables.foreign_keys import references, referring, unresolved
from routers.tables.rows import table_of
from tests.support.gadgets import access
from tests.support.specimens import labels, regions, shelves, specimens


class PageShape(SQLModel):
    """A page of a book that is declared later."""

    book_id: UUID = Field(foreign_key="book.id", ondelete="RESTRICT")


class Page(PageShape, OwnedRow, table=True):
    """A row of pages."""


def ends(constraint: ForeignKeyConstraint) -> tuple[list[str], list[str]]:
    return list(constraint.column_keys), [element.target_fullname for element in constraint.elements]


def test_the_owner_takes_part_in_a_reference_between_owned_rows() -> None:
    assert {name: ends(constraint) for name, constraint in references(labels.table).items()} == {
        "region_id": (["region_id"], ["region.id"]),
        "shelf_id": (["owner_id", "shelf_id"], ["shelf.owner_id", "shelf.id"]),
        "specimen_id": (["owner_id", "specimen_id"], ["specimen.owner_id", "specimen.id"]),
    }
    assert [constraint.ondelete for constraint in referring(specimens.table)] == ["CASCADE"]
    assert referring(labels.table) == []


def test_what_refers_has_an_index() -> None:
    names = {index.name for index in labels.table.indexes}
    assert {"ix_label_owner_id_specimen_id", "ix_label_owner_id_shelf_id"} <= names


def test_what_keeps_a_row_is_found_through_cascades() -> None:
    assert [
        len(list(references_to(each.table, each.table.c.id))) for each in (shelves, specimens, regions)
    ] == [
        1,
        0,
        1,
    ]


def test_a_table_may_be_declared_after_what_refers_to_it() -> None:
    pages = Resource(path="/pages", model=Page, create=PageShape, read=ReadRow)
    assert list(unresolved(pages.table)) == [
        "book_id refers to the table book, which no model declares: mend its name or import it."
    ]
    with pytest.raises(TypeError, match="Page cannot be served: book_id refers to the table book, which no"):
        ResourceAPI().include_router(resource_router(pages, access))

    class Book(OwnedRow, table=True):
        """A row of books."""

        sequel_id: UUID | None = Field(default=None, foreign_key="book.id", ondelete="CASCADE")

    assert list(unresolved(pages.table)) == []
    assert ends(references(pages.table)["book_id"]) == (["owner_id", "book_id"], ["book.owner_id", "book.id"])
    assert [constraint.table.name for constraint in referring(table_of(Book))] == ["book", "page"]
    # A page keeps its book, and so the book of which that is the sequel.
    assert len(list(references_to(table_of(Book), table_of(Book).c.id))) == 2


def test_public_rows_may_refer_to_public_rows() -> None:
    class Country(PublicRow, table=True):
        """A row of countries."""

    class City(PublicRow, table=True):
        """A row of cities."""

        country_id: UUID = Field(foreign_key="country.id")

    assert len(list(references_to(table_of(Country), table_of(Country).c.id))) == 1
    assert list(references_to(table_of(City), table_of(City).c.id)) == []
