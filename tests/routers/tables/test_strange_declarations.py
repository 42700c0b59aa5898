"""A declaration that cannot be served is rejected with a sentence that names the member and the fix."""

import enum
import re
from datetime import date, datetime
from decimal import Decimal
from types import new_class
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from routers import OwnedRow
from tests.routers.tables.column_pairs import resource_of

Mixed = enum.Enum("Mixed", {"A": "a", "B": 1})
Plain = enum.Enum("Plain", {"A": 1})
Flags = enum.IntFlag("Flags", {"A": 1, "B": 2})
Huge = enum.IntEnum("Huge", {"A": 2**70})
Unstorable = enum.StrEnum("Unstorable", {"A": "a\0"})
MONEY: dict[str, Any] = {"max_digits": 8, "decimal_places": 2}
KINDS = "are neither all strings nor all integers: use only one of these types, and `| None` for null"
FOREIGN_KEY = 'write value: UUID = Field(foreign_key="thing.id").'
RANGE = "no number is within its bounds: correct them"
STEP = "multiple_of must divide 1, or be an integer that divides 10000: change it to one like 0.05"
NAMED = "its column has another name or key than the field: leave name and key out"


class Empty(enum.Enum):
    """An enum without members."""


class Lenient(enum.StrEnum):
    """An enum that accepts other values than its own."""

    A = "a"

    @classmethod
    def _missing_(cls, _value: object) -> "Lenient":
        return cls.A


def column(*arguments: Any, **options: Any) -> dict[str, Any]:
    return {"sa_column": Column(*arguments, **{"nullable": False, **options})}


def owned_foreign_key(**options: Any) -> sa.ForeignKeyConstraint:
    """Return a foreign key that includes the owner."""
    return sa.ForeignKeyConstraint(["owner_id", "value"], ["strange.owner_id", "strange.id"], **options)


def arguments(**options: Any) -> dict[str, Any]:
    return {"sa_column_kwargs": options}


@pytest.mark.parametrize(
    ("annotation", "settings", "message"),
    [
        (str, column("other_name", sa.String), NAMED),
        (str, column(sa.String, key="other"), NAMED),
        (str, arguments(name="other_name"), NAMED),
        (str, arguments(key="other"), NAMED),
        (
            str,
            arguments(system=True),
            "its column is a system column, or is not quoted",
        ),
        (
            int,
            column(sa.Integer, sa.Sequence("s")),
            "its default is a Sequence: use Identity()",
        ),
        (datetime, arguments(onupdate=sa.func.now()), "its column changes with each update"),
        (
            int,
            arguments(server_default="abc"),
            "its server_default 'abc' is no value of its type: correct it",
        ),
        (str, {"sa_column": "x"}, "its sa_column is no Column: write sa_column=Column(...)"),
        (str, {"sa_type": 5}, "its sa_type is no type of SQLAlchemy: use one, or leave it out"),
        (UUID, column(sa.Uuid, sa.ForeignKey("other.id")), FOREIGN_KEY),
        (int, column(sa.Integer, sa.Computed("1 + 1")), "which PostgreSQL generates: drop it"),
        (
            int,
            column(sa.Integer, sa.Identity(always=True)),
            "which PostgreSQL generates: drop it",
        ),
        (Mixed, {}, f"the values of Mixed {KINDS}"),
        (Empty, {}, f"the values of Empty {KINDS}"),
        (Plain, {}, "the members of Plain are no integers: use an IntEnum"),
        (Flags, {}, "Flags has other values than its members: use a StrEnum or an IntEnum"),
        (Lenient, {}, "Lenient has other values than its members: use a StrEnum or an IntEnum"),
        (Huge, {}, "a value of Huge has more than 64 bits: change it"),
        (Unstorable, {}, "a value of Unstorable is no text that PostgreSQL can store: change it"),
        (Literal["a", 1], {}, f"the values of typing.Literal['a', 1] {KINDS}"),
        (Literal["a", b"b"], {}, KINDS),
        (Literal[True], {}, KINDS),
        (Literal[1, 2], {"ge": 1}, "an enum or a Literal has no ge: drop it, or write a CHECK"),
        (complex, {}, "has no matching SQLAlchemy type): change its type, or set sa_type"),
        (int | str, {}, "change its type, or set sa_type"),
        (list[Decimal], {}, "list[decimal.Decimal] is not supported: the values are bool, float, int or str"),
        (Annotated[str, Field(max_length=3)] | None, {}, "write Annotated[str | None, ...]"),
        (Annotated[str, {"a": 1}], {}, "a part of its Annotated is mutable: use a frozen object"),
        (int, {"ge": 5, "le": 3}, RANGE),
        (int, {"ge": 1, "le": 4, "multiple_of": 5}, RANGE),
        (int, {"ge": True}, "the bound True is beyond the column's type"),
        (int, {"multiple_of": 10**30}, "multiple_of must be an integer from 1 to 2147483647: correct it"),
        (int, {"max_digits": 3}, "the type int has no max_digits: drop it, or write a CHECK"),
        (float, {"multiple_of": 0.1}, "the type float has no multiple_of: drop it, or write a CHECK"),
        (float, {"ge": float("inf")}, "the bound inf is beyond the column's type"),
        (float, {"gt": 1, "lt": 1}, RANGE),
        (
            str,
            {"min_length": 5, "max_length": 3},
            "its min_length is above its max_length",
        ),
        (list[str], {"min_length": 5, "max_length": 3}, "its min_length is above its max_length"),
        (bool, {"ge": 0}, "the type bool has no ge: drop it, or write a CHECK"),
        (date, {"ge": date(2020, 1, 1)}, "the type date has no ge: drop it, or write a CHECK"),
        (dict, {"ge": 1}, "JSON has no ge: drop it, or write a CHECK"),
        (Decimal, {"max_digits": 0, "decimal_places": 0}, "max_digits includes the decimal_places"),
        (Decimal, {**MONEY, "multiple_of": Decimal("0.03")}, STEP),
        (Decimal, {**MONEY, "multiple_of": Decimal("1e30")}, STEP),
        (Decimal, {**MONEY, "ge": Decimal("NaN")}, "the bound NaN is no decimal: correct it"),
        (Decimal, {**MONEY, "ge": Decimal("sNaN")}, "the bound sNaN is no decimal: correct it"),
        (
            Decimal,
            {**MONEY, "ge": 10**9},
            "a bound is beyond the column's type",
        ),
        (Decimal, {**MONEY, "gt": Decimal("1.001"), "lt": Decimal("1.009")}, RANGE),
        (
            Decimal,
            {**MONEY, "max_digits": 200, "le": 5},
            "bounds need a max_digits of at most 100",
        ),
        (Decimal, {**MONEY, "sa_type": sa.Numeric(9, 2)}, "the column has max_digits=9"),
        (
            Decimal,
            {**MONEY, "sa_type": sa.Numeric(8, 3)},
            "the column has decimal_places=3: declare both alike",
        ),
    ],
)
def test_a_member_that_cannot_be_served_is_rejected(
    annotation: Any, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(TypeError, match=rf"\bvalue\b.*{re.escape(message)}|{re.escape(message)}.*value"):
        resource_of("Strange", annotation, **settings)


def strange_base() -> Any:
    """Return a base class of tables with metadata of its own."""
    metadata = sa.MetaData(naming_convention=SQLModel.metadata.naming_convention)

    class Base(OwnedRow, registry=registry(metadata=metadata)):
        """The base of one table."""

    return Base


def table_of(table_args: Any = (), name: str = "strange") -> Any:
    """Declare a table with the column `value`."""
    base: Any = strange_base()

    class Strange(base, table=True):  # type: ignore[misc, call-arg]
        """A strange table."""

        __tablename__ = name
        __table_args__ = table_args
        value: int = Field(default=1, ge=0)

    return Strange


@pytest.mark.parametrize(
    ("table_args", "message"),
    [
        ((sa.UniqueConstraint("nope"),), "no column named 'nope' is present"),
        ((sa.Index("i", "nope"),), "no column named 'nope' is present"),
        ((sa.Index("i"),), "its index i has no columns: add one"),
        (
            (sa.Index("i", "value"), sa.Index("i", "owner_id")),
            "another table or index has the name i",
        ),
        ((sa.Index("strange", "value"),), "another table or index has the name strange: rename one"),
        ((sa.Index("pk_strange", "value"),), "another table or index has the name pk_strange: rename one"),
        (
            (sa.Index("i", "value"), ExcludeConstraint(("owner_id", "="), name="i")),
            "another table or index has the name i: rename one",
        ),
        ((ExcludeConstraint(("owner_id", "=")),), "its exclusion constraint has no name"),
        (
            (sa.Index("i", "value", unique=True, postgresql_using="gin"),),
            "its index i is unique, but no B-tree: drop unique or postgresql_using",
        ),
        ((sa.CheckConstraint("value > 0"),), "requires that constraint is explicitly named"),
        (
            (sa.CheckConstraint("value > 0", name="value_ge"),),
            "another constraint has the name ck_strange_value_ge: rename one",
        ),
        (
            (sa.UniqueConstraint("owner_id", "value", name="u" * 90),),
            "exceeds maximum length of 63",
        ),
        ((sa.ForeignKeyConstraint(["value"], ["strange.value"]),), FOREIGN_KEY),
        ((owned_foreign_key(ondelete="SET NULL"),), FOREIGN_KEY),
        ((owned_foreign_key(deferrable=True),), FOREIGN_KEY),
        ({"nonsense": 1}, "got 'nonsense'"),
        (5, "__table_args__ value must be a tuple, dict, or None"),
    ],
)
def test_table_arguments_that_postgresql_would_reject_are_rejected(table_args: Any, message: str) -> None:
    with pytest.raises(TypeError, match=rf"Strange.*{re.escape(message)}"):
        table_of(table_args)


@pytest.mark.parametrize("name", ["x" * 64, "ä" * 32])
def test_the_name_of_a_column_has_to_fit_into_postgresql(name: str) -> None:
    with pytest.raises(TypeError, match=f"Wrong.{name}: no column can have that name: use letters"):
        members = {"__annotations__": {name: int}, name: Field(default=1)}
        new_class("Wrong", (strange_base(),), {"table": True}, lambda namespace: namespace.update(members))


def test_a_foreign_key_with_the_owner_is_accepted() -> None:
    constraint = owned_foreign_key()
    assert constraint in table_of((constraint,)).__table__.constraints


@pytest.mark.parametrize("name", ["", "x" * 64])
def test_the_name_of_a_table_has_to_fit_into_postgresql(name: str) -> None:
    with pytest.raises(TypeError, match=r"Strange: its __tablename__ must have 1 to 63 bytes: change it"):
        table_of(name=name)


def test_a_column_belongs_to_one_table_only() -> None:
    settings = {"sa_column": Column(sa.Integer, nullable=False)}
    resource_of("FirstTable", int, **settings)
    with pytest.raises(TypeError, match=r"SecondTable\.value: its Column is in another table: use sa_type"):
        resource_of("SecondTable", int, **settings)
