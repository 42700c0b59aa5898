"""Foreign keys between tables include the owner, whichever table is declared first."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table
from sqlmodel import Field, SQLModel

from routers import DeclarationError, ReadRow, Resource, ResourceAPI, resource_router
from tests.support.gadgets import access
from tests.support.labels import labels
from tests.support.specimens import regions, shelves, specimens
from tests.support.tables import OwnedSpecimen, PublicSpecimen


class PageCreate(SQLModel):
    """A page of a book; the table of books is declared later."""

    book_id: UUID = Field(foreign_key="book.id", ondelete="RESTRICT")


class Page(PageCreate, OwnedSpecimen, table=True):
    """A row of pages."""


def foreign_keys(table: Table) -> dict[str, list[str]]:
    """Return what each foreign key refers to, by its referring columns."""
    return {
        ", ".join(constraint.column_keys): [element.target_fullname for element in constraint.elements]
        for constraint in table.foreign_key_constraints
    }


def delete_can_conflict(resource: Resource[Any]) -> bool:
    """Check whether 409 is documented for the deletion of a row."""
    api = ResourceAPI()
    api.include_router(resource_router(resource, access))
    operations = api.openapi()["paths"][f"{resource.path}/{{{resource.id_parameter}}}"]
    return "409" in operations["delete"]["responses"]


def test_foreign_keys_between_owned_tables_include_the_owner() -> None:
    assert foreign_keys(labels.table) == {
        "owner_id, shelf_id": ["shelf.owner_id", "shelf.id"],
        "owner_id, specimen_id": ["specimen.owner_id", "specimen.id"],
        "region_id": ["region.id"],
    }
    assert foreign_keys(regions.table) == {}


def test_referring_columns_have_an_index() -> None:
    names = {index.name for index in labels.table.indexes}
    assert {"ix_label_owner_id_specimen_id", "ix_label_owner_id_shelf_id"} <= names


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        pytest.param(shelves, True, id="RESTRICT"),
        pytest.param(specimens, False, id="CASCADE"),
        pytest.param(labels, False, id="no reference"),
    ],
)
def test_a_delete_can_conflict_if_another_table_refers_to_the_row(
    resource: Resource[Any], *, expected: bool
) -> None:
    assert delete_can_conflict(resource) is expected


def test_a_table_can_be_declared_after_the_table_that_refers_to_it() -> None:
    pages = Resource(path="/pages", model=Page, create=PageCreate, read=ReadRow)
    router = resource_router(pages, access)
    with pytest.raises(DeclarationError) as error:
        ResourceAPI().include_router(router)
    assert str(error.value) == (
        "Page cannot be served: book_id refers to the table book, which no model declares: "
        "correct its name, or import its model."
    )

    class Book(OwnedSpecimen, table=True):
        """A row of books."""

        sequel_id: UUID | None = Field(default=None, foreign_key="book.id", ondelete="CASCADE")

    ResourceAPI().include_router(router)
    assert foreign_keys(pages.table) == {"owner_id, book_id": ["book.owner_id", "book.id"]}
    # A page prevents the deletion of its book, and of the book whose deletion would cascade to that one.
    assert delete_can_conflict(Resource(path="/books", model=Book, read=ReadRow))


def test_a_chain_of_cascades_cannot_conflict() -> None:
    class Part(OwnedSpecimen, table=True):
        """A row of parts."""

        whole_id: UUID | None = Field(default=None, foreign_key="part.id", ondelete="CASCADE")

    assert not delete_can_conflict(Resource(path="/parts", model=Part, read=ReadRow))


def test_foreign_keys_between_public_tables_have_no_owner() -> None:
    class Country(PublicSpecimen, table=True):
        """A row of countries."""

    class City(PublicSpecimen, table=True):
        """A row of cities."""

        country_id: UUID = Field(foreign_key="country.id")

    public: dict[str, Any] = {"read": ReadRow, "operations": ("list", "get"), "public": True}
    countries: Resource[ReadRow] = Resource(path="/countries", model=Country, **public)
    cities: Resource[ReadRow] = Resource(path="/cities", model=City, **public)
    api = ResourceAPI()
    for resource in (countries, cities):
        api.include_router(resource_router(resource, access))
    assert foreign_keys(cities.table) == {"country_id": ["country.id"]}
