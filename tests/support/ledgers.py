"""Resources that refer to each other, for tests of statements over several tables."""

from datetime import date
from decimal import Decimal
from typing import Any, Optional
from uuid import UUID

from sqlalchemy import Column, Integer, Table, create_engine, exists, func, select
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import aliased
from sqlmodel import Field, Relationship, SQLModel, col

from routers import Derived, Equals, Has, Range, ReadRow, Resource
from tests.support.sql import run_sql
from tests.support.tables import METADATA, OwnedSpecimen, PublicSpecimen

ANN, BOB = "ann", "bob"


class CurrencyCreate(SQLModel):
    """The columns of a currency."""

    code: str = Field(max_length=3)


class Currency(CurrencyCreate, PublicSpecimen, table=True):
    """A row of currencies, without an owner."""

    __tablename__ = "specimen_currency"


class CurrencyRead(CurrencyCreate, ReadRow):
    """A currency as everyone sees it."""


class LedgerCreate(SQLModel):
    """A ledger as a client writes it."""

    name: str = Field(max_length=40, unique=True)
    parent_id: UUID | None = Field(default=None, foreign_key="specimen_ledger.id", ondelete="CASCADE")


class Ledger(LedgerCreate, OwnedSpecimen, table=True):
    """A row of ledgers; one may be part of another."""

    __tablename__ = "specimen_ledger"
    model_config = {"ignored_types": (hybrid_property,)}

    entries: list["Entry"] = Relationship(back_populates="ledger")
    children: list["Ledger"] = Relationship(back_populates="parent")
    parent: Optional["Ledger"] = Relationship(
        back_populates="children",
        sa_relationship_kwargs={"remote_side": "[Ledger.owner_id, Ledger.id]"},
    )

    @hybrid_property
    def total(self) -> Any:
        """The sum of its entries."""
        return sum(entry.amount for entry in self.entries)

    @total.inplace.expression
    @classmethod
    def _total(cls) -> Any:
        return select(func.sum(Entry.amount)).where(col(Entry.ledger_id) == cls.id).scalar_subquery()


class LedgerRead(LedgerCreate, ReadRow):
    """A ledger as its owner sees it."""

    entry_count: int
    total: Decimal = Field(max_digits=10, decimal_places=2)
    last_booked_on: date | None
    is_parent: bool


class EntryCreate(SQLModel):
    """An entry as a client writes it."""

    text: str = Field(max_length=40)
    amount: Decimal = Field(max_digits=8, decimal_places=2, ge=0)
    booked_on: date = date(2026, 1, 1)
    tags: list[str] = Field(default_factory=list, max_length=10)
    ledger_id: UUID = Field(foreign_key="specimen_ledger.id")
    currency_id: UUID | None = Field(default=None, foreign_key="specimen_currency.id")


class Entry(EntryCreate, OwnedSpecimen, table=True):
    """A row of entries."""

    __tablename__ = "specimen_entry"

    ledger: Ledger = Relationship(back_populates="entries")


class EntryRead(EntryCreate, ReadRow):
    """An entry as its owner sees it."""


currencies = Resource(
    path="/currencies", model=Currency, read=CurrencyRead, operations=("list", "get"), public=True
)
child: Any = aliased(Ledger)
total: Any = select(func.sum(col(Entry.amount)))
ledgers = Resource(
    path="/ledgers",
    model=Ledger,
    create=LedgerCreate,
    read=LedgerRead,
    filters=(Equals("is_parent"), Range("entry_count", "gt", "lte"), Has("last_booked_on")),
    sorts=("name", "entry_count", "-entry_count", "-total"),
    count=True,
    derived=(
        Derived("entry_count", lambda row: select(func.count()).where(col(Entry.ledger_id) == row.id)),
        Derived(
            "total",
            lambda row: func.coalesce(total.where(col(Entry.ledger_id) == row.id).scalar_subquery(), 0),
        ),
        Derived(
            "last_booked_on",
            lambda row: select(func.max(col(Entry.booked_on))).where(col(Entry.ledger_id) == row.id),
        ),
        Derived("is_parent", lambda row: exists().where(child.parent_id == row.id)),
    ),
)
entries = Resource(
    path="/entries",
    model=Entry,
    create=EntryCreate,
    read=EntryRead,
    filters=(Equals("ledger_id"),),
    sorts=("-created_at", "amount"),
)

undeclared = Table("specimen_undeclared", METADATA, Column("id", Integer, primary_key=True))
"""A table of no model."""


def create_ledgers(url: str, *owners: str) -> None:
    """Create all tables in an empty database, with rows of these owners that have the same ids."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    tables = [currencies.table, ledgers.table, entries.table, undeclared]
    METADATA.create_all(engine, tables)
    engine.dispose()
    run_sql(url, f"INSERT INTO specimen_currency (id, code) VALUES ('{CURRENCY_ID}', 'EUR')")  # noqa: S608
    for number, owner in enumerate(owners):
        fill(url, owner, 10 ** (2 * number))


CURRENCY_ID = "00000000-0000-4000-8000-0000000000ee"


def fill(url: str, owner: str, factor: int) -> None:
    """Create two ledgers with three entries each, whose amounts are 1 to 6 times `factor`."""
    for ledger in (1, 2):
        ledger_id, parent = row_id(ledger), f"'{row_id(1)}'" if ledger == 2 else "NULL"
        run_sql(
            url,
            "INSERT INTO specimen_ledger (owner_id, id, created_at, updated_at, name, parent_id)"  # noqa: S608
            f" VALUES ('{owner}', '{ledger_id}', 'epoch', 'epoch', '{owner} {ledger}', {parent})",
        )
        for entry in range(3 * ledger - 2, 3 * ledger + 1):
            run_sql(
                url,
                "INSERT INTO specimen_entry (owner_id, id, created_at, updated_at,"  # noqa: S608
                " text, amount, booked_on, tags, ledger_id, currency_id)"
                f" VALUES ('{owner}', '{row_id(entry)}', 'epoch', 'epoch',"
                f" '{owner} {entry}', {entry * factor}, '2026-01-01', '[\"{owner}\"]',"
                f" '{ledger_id}', '{CURRENCY_ID}')",
            )


def row_id(number: int) -> UUID:
    """Return the id of a ledger or an entry."""
    return UUID(int=0x4000_8000_0000_0000_0000 + number)
