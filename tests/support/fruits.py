"""Two tables that a newer version has changed: their rows have values that this version does not know."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum

from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy import Enum as EnumType
from sqlmodel import Field, SQLModel

from routers import Int64String, ReadRow, Resource
from tests.support.sql import run_sql
from tests.support.tables import OwnedSpecimen

NULLABLE = {
    "picked_on": "ripe_on",
    "eaten_at": "sold_at",
    "length": "weight",
    "score": "rank",
    "variety": "name",
}
"""Nullable columns, each with one of the same type that is not."""


class Colour(StrEnum):
    """The colours of this version."""

    RED = "red"


class Taste(Enum):
    """The tastes of this version, which the database has by their names."""

    SWEET = "sweet"


class FruitCreate(SQLModel):
    """A fruit as a client writes it."""

    colour: Colour = Colour.RED
    taste: Taste = Field(default=Taste.SWEET, sa_type=EnumType(Taste, native_enum=False))
    ripe_on: date = date(2026, 1, 1)
    sold_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    weight: float = 0.5
    length: float | None = None
    picked_on: date | None = None
    eaten_at: datetime | None = None
    score: int | None = None
    variety: str | None = Field(default=None, max_length=3)
    count: int = Field(default=1, ge=0, le=10)
    rank: int = 1
    name: str = Field(default="a", max_length=3, schema_extra={"pattern": "^[a-z]*$"})
    facts: dict[str, int] = Field(default_factory=dict)


class Fruit(FruitCreate, OwnedSpecimen, table=True):
    """A row of fruits."""


class FruitRead(FruitCreate, ReadRow):
    """A fruit in a response."""


class PriceCreate(SQLModel):
    """A price as a client writes it."""

    amount: Decimal = Field(default=Decimal(0), max_digits=4, decimal_places=2)
    discount: Decimal | None = Field(default=None, max_digits=2, decimal_places=2, ge=0)
    units: Int64String = Field(default=1, ge=0, le=99)
    colour: Colour = Colour.RED
    since: date = date(2026, 1, 1)


class Price(PriceCreate, OwnedSpecimen, table=True):
    """A row of prices."""


class PriceRead(PriceCreate, ReadRow):
    """A price in a response."""


fruits = Resource(
    path="/fruits",
    model=Fruit,
    create=FruitCreate,
    read=FruitRead,
    sorts=tuple(
        sign + column
        for column in ("created_at", "ripe_on", "sold_at", "weight", "rank", "name", "colour", *NULLABLE)
        for sign in ("", "-")
    ),
)
prices = Resource(
    path="/prices",
    model=Price,
    create=PriceCreate,
    read=PriceRead,
    sorts=("created_at", "amount", "-amount", "discount", "-discount"),
)
NEWER_VERSION = [
    'ALTER TABLE fruit ALTER ripe_on DROP NOT NULL, ALTER colour TYPE text, ALTER name TYPE text COLLATE "C"',
    "ALTER TABLE fruit ALTER rank TYPE bigint, ALTER facts DROP NOT NULL",
    'ALTER TABLE fruit ALTER score TYPE bigint, ALTER variety TYPE text COLLATE "C"',
    "ALTER TABLE price ALTER discount TYPE numeric",
    "ALTER TABLE price ALTER amount TYPE numeric, ALTER amount DROP NOT NULL, ALTER units DROP NOT NULL",
    "ALTER TABLE price ALTER colour TYPE text, ALTER colour DROP NOT NULL",
]


def create_fruits(url: str) -> None:
    """Create the tables as a newer version would have changed them, without their CHECK constraints."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    for table in (fruits.table, prices.table):
        table.create(engine)
    engine.dispose()
    checks = run_sql(
        url,
        "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint"
        " WHERE contype = 'c' AND conrelid IN ('fruit'::regclass, 'price'::regclass)",
    )
    for statement in (*(str(each[0]) for each in checks), *NEWER_VERSION):
        run_sql(url, statement)


def change(url: str, table: str, assignments: str) -> None:
    """Change all rows of a table."""
    run_sql(url, f"UPDATE {table} SET {assignments}")  # noqa: S608 # the statements of these tests


def exporting(url: str) -> Engine:
    """Return an engine as that of the commands of an administrator."""
    return create_engine(url.replace("postgresql:", "postgresql+psycopg:"), poolclass=NullPool)
