"""Constraints that would reveal rows of other owners, or that no error explains, are rejected."""

from types import new_class
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, Index, UniqueConstraint, column, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field

from routers import DeclarationError, OwnedRow, ReadRow, Resource, unique_ignoring_case
from tests.support.gadgets import GadgetCreate
from tests.support.tables import METADATA

OVER_ALL = "name is unique over all owners, which reveals what others have: add "


class ThingCreate(GadgetCreate):
    """A gadget with a number."""

    legs: int = 4


def declare(*constraints: Any, create: Any = GadgetCreate) -> Resource[Any]:
    """Declare a resource whose table has these constraints, apart from all others."""
    metaclass: Any = type(OwnedRow)
    own = registry(metadata=type(METADATA)(naming_convention=METADATA.naming_convention))
    base = metaclass("Base", (OwnedRow,), {"__module__": __name__}, registry=own)
    namespace = {"__module__": __name__, "__table_args__": constraints}
    model = metaclass("Limited", (create, base), namespace, table=True)
    read = new_class("LimitedRead", (create, ReadRow))
    return Resource(path="/limited", model=model, create=create, read=read)


@pytest.mark.parametrize(
    ("constraint", "key"),
    [
        pytest.param(lambda: UniqueConstraint("name"), "owner_id", id="constraint"),
        pytest.param(lambda: Index("x", text("lower(name)"), unique=True), "owner_id", id="text"),
        pytest.param(
            lambda: Index("x", func.lower(column("name")), unique=True), "owner_id", id="expression"
        ),
        pytest.param(
            lambda: Index("x", "name", unique=True, postgresql_where=text("owner_id > ''")),
            "owner_id",
            id="partial",
        ),
        pytest.param(
            lambda: Index("x", text("lower(owner_id)"), text("lower(name)"), unique=True),
            "owner_id",
            id="owner in lower case",
        ),
        pytest.param(lambda: ExcludeConstraint(("name", "="), name="x"), '("owner_id", "=")', id="exclusion"),
        pytest.param(
            lambda: ExcludeConstraint(("owner_id", "<>"), (text("lower(name)"), "="), name="x"),
            '("owner_id", "=")',
            id="exclusion of other owners",
        ),
    ],
)
def test_values_that_are_unique_over_all_owners_are_rejected(constraint: Any, key: str) -> None:
    with pytest.raises(DeclarationError) as error:
        declare(constraint())
    assert str(error.value) == f"Limited cannot be served: {OVER_ALL}{key}."


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        (
            lambda: unique_ignoring_case("nane", name="x"),
            "x has nane, which is not a column: correct the name.",
        ),
        (
            lambda: CheckConstraint("true", name="x", info={"detail": 1}),
            'the detail of ck_limited_x is not a sentence: write info={"detail": "..."}.',
        ),
        (
            lambda: unique_ignoring_case("name", name="x", info={"detail": " "}),
            'the detail of x is not a sentence: write info={"detail": "..."}.',
        ),
        (
            lambda: unique_ignoring_case("legs", name="x"),
            "x ignores the case of legs, which is no text: use UniqueConstraint.",
        ),
    ],
)
def test_an_invalid_constraint_is_rejected(constraint: Any, message: str) -> None:
    with pytest.raises(DeclarationError) as error:
        declare(constraint(), create=ThingCreate)
    assert str(error.value) == f"Limited cannot be served: {message}"


def test_columns_within_which_a_text_is_unique_are_a_list() -> None:
    with pytest.raises(TypeError, match=r'within is a text: write within=\["kind"\].'):
        unique_ignoring_case("name", within="kind")


def test_two_indexes_cannot_have_one_name() -> None:
    with pytest.raises(
        TypeError, match="Limited: another table or index has the name ix_limited_owner_id_name"
    ):
        declare(unique_ignoring_case("name"), Index(None, "owner_id", "name"))


@pytest.mark.parametrize(
    ("length", "expression", "is_allowed"),
    [
        (400, "lower(name)", True),
        (900, "lower(name)", False),
        (900, "md5(name)", True),
        (900, "name", False),
    ],
)
def test_the_texts_of_a_unique_index_fit_into_an_index_entry(
    length: int, expression: str, *, is_allowed: bool
) -> None:
    class LongCreate(GadgetCreate):
        """A gadget with a long name."""

        name: str = Field(max_length=length)

    index = Index("x", "owner_id", text(expression), unique=True)
    if is_allowed:
        declare(index, create=LongCreate)
    else:
        with pytest.raises(DeclarationError, match="an index allows 586 characters"):
            declare(index, create=LongCreate)
