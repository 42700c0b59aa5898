"""A declaration that cannot be served is refused at once, with its mend."""

from typing import Any

import pytest
from sqlalchemy import Text, UniqueConstraint, func, select
from sqlmodel import Field, SQLModel

from routers import Computed, Equals, OneOf, OwnedRow, Range, ReadRow, Resource, Search
from tests.support.gadgets import Gadget, GadgetCreate, GadgetRead
from tests.support.specimens import (
    Region,
    RegionFacts,
    RegionRead,
    Specimen,
    SpecimenCreate,
    SpecimenRead,
)

DECLARATION: dict[str, Any] = {
    "path": "/gadgets",
    "model": Gadget,
    "create": GadgetCreate,
    "read": GadgetRead,
}
SPECIMEN = {"model": Specimen, "create": SpecimenCreate, "read": SpecimenRead}
REGION = {"model": Region, "create": RegionFacts, "read": RegionRead}
LOOK = ("list", "get")


class Loud(GadgetCreate, OwnedRow, table=True):
    """A table with a key that tells of other owners."""

    __table_args__ = (UniqueConstraint("name"),)


class Maybe(SQLModel):
    """A shape that takes null where the column does not."""

    name: str = Field(max_length=20)
    ready: bool | None = None


class Extra(GadgetCreate):
    """A shape with a member that the table lacks."""

    colour: str


class Server(GadgetCreate):
    """A shape that would let a client write what the server keeps."""

    version: int


class Telling(GadgetRead):
    """A shape that shows the owner."""

    owner_id: str


class Wide(GadgetCreate):
    """A shape that takes more than the column holds."""

    name: str = Field(max_length=21)


class Needy(OwnedRow, table=True):
    """A table with a column that nobody writes."""

    needed: str
    row_id: str | None = None


class NeedyCreate(SQLModel):
    """Its shape, without it."""


class NeedyRow(NeedyCreate):
    """Its shape, with a column that has the name of a bind parameter."""

    needed: str
    row_id: str | None = None


class LongCreate(SQLModel):
    """A shape with a text too long to be sorted by."""

    text: str = Field(max_length=201)


class Long(LongCreate, OwnedRow, table=True):
    """Its table."""


class LongRead(LongCreate, ReadRow):
    """What is read of it."""


class Odd(OwnedRow, table=True):
    """A table with a column of a type that has no exact form."""

    size: complex | None = Field(default=None, sa_type=Text)
    maybe_at: str | None = None


class OddCreate(SQLModel):
    """Its shape."""

    size: complex


class OddRead(ReadRow):
    """What is read of it."""

    maybe_at: str | None


def same(_new: Any, old: Any) -> Any:
    return old.name


def beyond(_new: Any, _old: Any) -> Any:
    return select(func.max(Gadget.created_at)).scalar_subquery()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"path": "gadgets"}, "the path 'gadgets' must look like /things"),
        ({"path": "/gadgets/"}, "must look like /things"),
        ({"create": Extra}, "create names colour, which the table lacks: add the column or drop the member"),
        ({"read": Telling}, "read shows owner_id: drop it"),
        ({"create": Server}, "create lets a client write version: drop it"),
        ({"model": GadgetCreate}, "its model is no table of OwnedRow: class Thing(ThingCreate, OwnedRow,"),
        ({"read": GadgetCreate}, "read is no ReadRow: class ThingRead(ThingCreate, ReadRow)"),
        ({"create": Wide}, "create takes a longer name than the column's 20 characters: set max_length"),
        ({"model": Needy, "create": NeedyCreate, "read": ReadRow}, "nobody writes the column needed: add it"),
        ({"model": Needy, "create": NeedyRow, "read": ReadRow}, "the column row_id has the name of a bind"),
        ({"sorts": ()}, "it has no sorts: name at least one"),
        ({"sorts": ("nonsense",)}, "the sort nonsense is not a member of read"),
        (
            {"sorts": ("-ready",)},
            "the sort ready is not possible: its type has no order; sort by text, numbers",
        ),
        ({"model": Long, "create": LongCreate, "read": LongRead, "sorts": ("text",)}, "the sort text is not"),
        ({"filters": (Equals("limit"),)}, "a filter names limit, which is no member of read"),
        ({"sorts": ("note",)}, "the sort note may be null, so its order is not total"),
        ({"filters": (Equals("colour"),)}, "a filter names colour, which is no member of read"),
        ({"filters": (Equals("ready"), Equals("ready"))}, "two things claim the query parameter ready"),
        ({"filters": (Range("name"),)}, "name is no number, date or timestamp, and has no range"),
        ({**SPECIMEN, "filters": (Range("colour"),)}, "colour is no number, date or timestamp"),
        ({**SPECIMEN, "filters": (Equals("details"),)}, "details holds documents, which no query parameter"),
        ({**SPECIMEN, "filters": (OneOf("anything"),)}, "anything holds documents"),
        ({**SPECIMEN, "filters": (Search("name", "legs"),)}, "legs is no text, and only texts are searched"),
        ({**SPECIMEN, "filters": (Search("colour"),)}, "colour is no text"),
        ({**SPECIMEN, "sorts": ("colour",)}, "the sort colour is not possible: its type has no order"),
        ({**SPECIMEN, "sorts": ("details",)}, "the sort details is not possible"),
        ({"model": Loud}, "name is unique over all owners, which tells what others have: add owner_id"),
        ({"create": Maybe}, "create takes null for ready, which the column refuses"),
        ({"write_once": ("colour",)}, "write_once names colour, which is no member of create"),
        (
            {"computed": (Computed("colour", same),)},
            "computed names colour, which is no column of the model's own",
        ),
        (
            {"computed": (Computed("version", same),)},
            "computed names version, which is no column of the model",
        ),
        (
            {"computed": (Computed("note", same),)},
            "create lets a client write note, which is computed: drop one",
        ),
        (
            {**SPECIMEN, "computed": (Computed("sealed_at", beyond),)},
            "an expression is over the columns of specimen alone",
        ),
        ({"operations": ()}, "operations names each operation that it offers once"),
        ({"operations": ("get", "get")}, "operations names each operation that it offers once"),
        (
            {"operations": ("get", "fetch")},
            "there is no operation fetch: list, create, get, put, update, delete",
        ),
        ({"public": True, "operations": LOOK}, "public=True is for a PublicRow: these rows have owners"),
        ({**REGION, "operations": LOOK}, "its rows have no owner: say public=True if everyone may read them"),
        ({**REGION, "public": True}, 'a public table is read-only: say operations=("list", "get")'),
        (
            {"model": Odd, "create": OddCreate, "read": OddRead},
            "the type complex has no exact form; use one of Decimal, Enum, UUID",
        ),
    ],
)
def test_a_wrong_declaration_is_refused(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TypeError, match="cannot be served") as refusal:
        Resource(**{**DECLARATION, **changes})
    assert sentence in str(refusal.value)
