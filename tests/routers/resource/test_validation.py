"""An invalid declaration is rejected at import, with a message that says how to fix it."""

from types import new_class
from typing import Any

import pytest
from sqlalchemy import Text, UniqueConstraint, func, select
from sqlmodel import Field, SQLModel

from routers import Computed, ReadRow, Resource
from tests.routers.resource.rejection import SPECIMEN, rejection
from tests.support.gadgets import Gadget, GadgetCreate, GadgetRead
from tests.support.specimens import (
    Region,
    RegionCreate,
    RegionRead,
)
from tests.support.tables import OwnedSpecimen

REGION = {"model": Region, "create": RegionCreate, "read": RegionRead}
READ_ONLY = ("list", "get")


class UniqueNameRow(GadgetCreate, OwnedSpecimen, table=True):
    """A table with a unique constraint over all owners."""

    __table_args__ = (UniqueConstraint("name"),)


class NullableCreate(SQLModel):
    """A schema with null for a column that cannot be null."""

    name: str = Field(max_length=20)
    ready: bool | None = None


class ExtraMemberCreate(GadgetCreate):
    """A schema with a member that the table lacks."""

    colour: str


class VersionCreate(GadgetCreate):
    """A schema with a column that the server writes."""

    version: int


class OwnerRead(GadgetRead):
    """A schema that contains the owner."""

    owner_id: str


class LongNameCreate(GadgetCreate):
    """A schema that allows longer texts than the column."""

    name: str = Field(max_length=21)


class UnwrittenRow(OwnedSpecimen, table=True):
    """A table with a column that never gets a value."""

    needed: str
    row_id: str | None = None


class EmptyCreate(SQLModel):
    """A schema without members."""


class ReservedNameCreate(EmptyCreate):
    """A schema with a column that has the name of a bind parameter."""

    needed: str
    row_id: str | None = None


class UnsupportedRow(OwnedSpecimen, table=True):
    """A table with a column of an unsupported type."""

    size: complex | None = Field(default=None, sa_type=Text)
    maybe_at: str | None = None


class UnsupportedCreate(SQLModel):
    """A schema with a field of an unsupported type."""

    size: complex


class UnsupportedRead(ReadRow):
    """The read schema of that table."""

    maybe_at: str | None


def old_name(_new: Any, old: Any) -> Any:
    return old.name


def newest_gadget(_new: Any, _old: Any) -> Any:
    return select(func.max(Gadget.created_at)).scalar_subquery()


GERAET = new_class("Gerät", (GadgetCreate, OwnedSpecimen), {"table": True})
SUPPORTED = "Decimal, Enum, Literal, UUID, bool, date, datetime, dict, float, int, list, str"
WORDS = 'write words such as "archived log".'
ONCE = "operations must name each offered operation once: leave it out to offer all."
TABLE = "write class Thing(ThingCreate, OwnedRow, table=True)."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"path": "gadgets"}, "the path 'gadgets' must look like /things."),
        ({"path": "/gadgets/"}, "the path '/gadgets/' must look like /things."),
        ({"singular": "Gadget"}, "singular='Gadget' is not a name in lower case: " + WORDS),
        ({"singular": "old_gadget"}, "singular='old_gadget' is not a name in lower case: " + WORDS),
        ({"plural": "gadgets "}, "plural='gadgets ' is not a name in lower case: " + WORDS),
        ({"operation_prefix": "é"}, "operation_prefix='é' is not a name in lower case: " + WORDS),
        ({"operation_prefix": 7}, "operation_prefix=7 is not a name in lower case: " + WORDS),
        (
            {"model": GERAET},
            'its name gives operations no name in ASCII: set singular, such as singular="thing".',
        ),
        (
            {"create": ExtraMemberCreate},
            "create has colour, which the table lacks: add the column or drop the member.",
        ),
        ({"read": OwnerRead}, "read has owner_id: drop it, an owner never appears in a body."),
        ({"create": VersionCreate}, "create has version, which the server writes: drop it."),
        (
            {"model": GadgetCreate},
            "its model is not an OwnedRow or PublicRow: " + TABLE,
        ),
        ({"read": GadgetCreate}, "read is not a ReadRow: write class ThingRead(ThingCreate, ReadRow)."),
        (
            {"create": LongNameCreate},
            "name has max_length=20 in the table but not in create: declare it once, in a schema.",
        ),
        (
            {"model": UnwrittenRow, "create": EmptyCreate, "read": ReadRow},
            "the column needed never gets a value: add it to create, or set a default.",
        ),
        (
            {"model": UnwrittenRow, "create": ReservedNameCreate, "read": ReadRow},
            "the column row_id has the name of a bind parameter: rename it.",
        ),
        (
            {"model": UniqueNameRow},
            "name is unique over all owners, which reveals what others have: add owner_id.",
        ),
        ({"create": NullableCreate}, "ready can be null in create but not in the table: declare both alike."),
        (
            {"write_once": ("colour",)},
            "write_once has colour, which is not a member of create: add it there or drop it.",
        ),
        (
            {"computed": (Computed("colour", old_name),)},
            "computed has colour, which is not a column of the model's own: correct the name.",
        ),
        (
            {"computed": (Computed("version", old_name),)},
            "computed has version, which is not a column of the model's own: correct the name.",
        ),
        (
            {"computed": (Computed("note", old_name),)},
            "create has note, which is computed: drop one of the two.",
        ),
        ({"operations": ()}, ONCE),
        ({"operations": ("get", "get")}, ONCE),
        (
            {"operations": ("get", "fetch")},
            "there is no operation fetch: use list, create, get, put, update, delete.",
        ),
        (
            {"public": True, "operations": READ_ONLY},
            "public=True requires a PublicRow: these rows have owners, and nobody else may read them.",
        ),
        (
            {**REGION, "operations": READ_ONLY},
            "its rows have no owner: set public=True if everyone may read them, or make them OwnedRow.",
        ),
        ({**REGION, "public": True}, 'a public table is read-only: set operations=("list", "get").'),
        (
            {"model": UnsupportedRow, "create": UnsupportedCreate, "read": UnsupportedRead},
            f"create cannot have size: the type complex is not supported; use one of {SUPPORTED}.",
        ),
    ],
)
def test_an_invalid_declaration_is_rejected(changes: dict[str, Any], message: str) -> None:
    assert rejection(**changes) == message


def test_a_computed_column_with_a_subquery_is_rejected() -> None:
    message = rejection(**SPECIMEN, computed=(Computed("sealed_at", newest_gadget),))
    assert message.endswith("an expression may use the columns of specimen only.")


def test_a_resource_of_a_table_with_any_name_can_choose_its_own() -> None:
    devices = Resource(path="/devices", model=GERAET, create=GadgetCreate, read=GadgetRead, singular="device")
    assert (devices.noun, devices.id_parameter) == ("device", "device_id")
