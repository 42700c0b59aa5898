"""Resources with a column of every type, references, computed columns and public rows."""

from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    SmallInteger,
    case,
    create_engine,
    func,
    not_,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel, col

from routers import (
    ONE_LINE,
    Computed,
    Contains,
    Database,
    Equals,
    Has,
    Int64String,
    OneOf,
    Range,
    ReadRow,
    Resource,
    ResourceAPI,
    ResourceRouter,
    RowId,
    Scope,
    Search,
    resource_router,
)
from tests.support.bolts import bolts
from tests.support.gadget_applications import FAST_PATH
from tests.support.gadgets import access, gadgets
from tests.support.labels import labels
from tests.support.slots import slot_router, slots
from tests.support.tables import METADATA, OwnedSpecimen, PublicSpecimen


class Colour(StrEnum):
    """The colour of a specimen."""

    RED = "red"
    PALE_BLUE = "pale-blue"


class Level(IntEnum):
    """The level of a specimen."""

    LOW = -1
    HIGH = 2


class RegionCreate(SQLModel):
    """The columns of a region."""

    name: str = Field(max_length=40)


class Region(RegionCreate, PublicSpecimen, table=True):
    """A row of regions, without an owner."""


class RegionRead(RegionCreate, ReadRow):
    """A region as everyone sees it."""


class ShelfCreate(SQLModel):
    """A shelf as a client writes it."""

    name: str = Field(max_length=20, unique=True, schema_extra={"pattern": ONE_LINE})


class Shelf(ShelfCreate, OwnedSpecimen, table=True):
    """A row of shelves."""


class ShelfRead(ShelfCreate, ReadRow):
    """A shelf as its owner sees it."""


class SpecimenCreate(SQLModel):
    """A specimen as a client writes it."""

    name: str = Field(max_length=20, index=True)
    legs: int = Field(default=0, ge=0, le=1000)
    serial: Int64String = 0
    stock: int = Field(default=0, sa_type=BigInteger, ge=-(2**53) + 1, le=2**53 - 1)
    barcode: Int64String | None = Field(default=None, ge=0, le=10**15)
    rank: int = Field(default=0, sa_type=SmallInteger)
    count: int = 0
    weight: float = 0.0
    ratio: float | None = Field(default=None, gt=0, lt=1)
    price: Decimal = Field(default=Decimal("0.00"), max_digits=8, decimal_places=2)
    tiny: Decimal | None = Field(default=None, max_digits=12, decimal_places=12, ge=0)
    sealed: bool = False
    found_on: date = date(2026, 1, 1)
    lost_on: date | None = None
    seen_at: datetime | None = None
    tag: UUID | None = None
    colour: Colour = Colour.RED
    second_colour: Colour | None = None
    details: dict[str, Any] = Field(default_factory=dict)
    remarks: list[str] = Field(default_factory=list, max_length=10)
    anything: list[Any] | None = None
    marks: list[Annotated[str, Field(min_length=1, max_length=40)]] = Field(default=[], max_length=10)
    measures: dict[str, Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=dict)
    kind: str = Field(default="plain", max_length=10)
    size: Literal["small", "very large"] | None = None
    grade: Literal[1, 2, 3] = 1
    level: Level | None = None
    fee: Decimal = Field(Decimal("0.05"), max_digits=6, decimal_places=2, gt=0, lt=100, multiple_of=0.05)
    change: Decimal | None = Field(default=None, max_digits=5, decimal_places=1, ge=-12.5, le=200)
    eggs: int = Field(default=0, ge=-30, multiple_of=12)
    extra: dict[str, Any] | None = Field(default=None, sa_type=JSONB)


class SpecimenState(SQLModel):
    """The columns of a specimen that clients cannot write."""

    pending: bool = True
    sealed_at: datetime | None = None
    inspected: bool = False


class Specimen(SpecimenCreate, SpecimenState, OwnedSpecimen, table=True):
    """A row of specimens."""


class SpecimenRead(SpecimenCreate, SpecimenState, ReadRow):
    """A specimen as its owner sees it."""


regions = Resource(
    path="/regions",
    model=Region,
    read=RegionRead,
    filters=(Equals("name"),),
    sorts=("name", "-name"),
    count=True,
    operations=("list", "get"),
    public=True,
)
areas = Resource(
    path="/public/regions",
    model=Region,
    read=RegionRead,
    sorts=("name",),
    operations=("list", "get"),
    public=True,
    singular="public area",
    plural="public areas",
    operation_prefix="map",
)
shelves = Resource(
    path="/shelves",
    model=Shelf,
    create=ShelfCreate,
    read=ShelfRead,
    sorts=("name", "-name", "-created_at"),
    ignore_case=("name",),
    operations=("list", "create", "get", "put", "delete"),
)
specimens = Resource(
    path="/specimens",
    model=Specimen,
    create=SpecimenCreate,
    read=SpecimenRead,
    filters=(
        Search("name", "kind"),
        *(Equals(column) for column in ("name", "sealed", "tag", "second_colour", "tiny", "size", "level")),
        *(OneOf(column) for column in ("colour", "kind", "rank", "grade")),
        *(Range(column, "gte", "lt") for column in ("legs", "serial", "weight", "price", "fee", "eggs")),
        Range("found_on", "gte", "lte"),
        Range("seen_at", "gt"),
        *(Has(column) for column in ("tag", "anything")),
        Contains("marks", parameter="mark"),
    ),
    sorts=(
        *(
            sign + column
            for column in (
                *("name", "legs", "serial", "rank", "weight", "price", "found_on", "created_at", "kind"),
                *("ratio", "seen_at", "colour", "second_colour"),
            )
            for sign in ("", "-")
        ),
        *("kind,-legs", "-lost_on,-ratio", "lost_on,-second_colour,name", "-rank,kind,-serial"),
    ),
    count=True,
    computed=(
        Computed("pending", lambda new, _: not_(new.inspected)),
        Computed("sealed_at", lambda new, old: case((new.sealed, func.coalesce(old.sealed_at, func.now())))),
    ),
)


def specimen_routers() -> tuple[ResourceRouter[Any], ...]:
    """Return the routers of all resources, with a custom route that writes read-only columns."""
    router = resource_router(specimens, access)
    scope = Annotated[Scope[SpecimenRead], router.scope]

    @router.post("/{specimen_id}/inspect")
    async def inspect_specimen(specimen_id: RowId, rows: scope) -> SpecimenRead:
        """Inspect a specimen, and seal or unseal it."""
        return await rows.update(specimen_id, inspected=True, sealed=not_(col(Specimen.sealed)))

    others = (resource_router(each, access) for each in (regions, areas, shelves, labels, bolts))
    return (router, *others, slot_router())


def specimen_application(database: Database) -> ResourceAPI:
    """Return an application with all resources."""
    api = ResourceAPI(
        title="Specimens",
        description="Every feature of the generator.",
        contact={"name": "The curator"},
        license_info={"name": "MIT", "url": "https://opensource.org/license/mit"},
        fast_path=FAST_PATH,
    )
    api.state.database = database
    for router in specimen_routers():
        api.include_router(router)
    return api


def create_specimens(url: str) -> None:
    """Create all tables in an empty database."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg2:"))
    tables = [each.table for each in (regions, shelves, specimens, labels, bolts, gadgets, slots)]
    with engine.begin() as connection:
        connection.execute(text("CREATE EXTENSION btree_gist"))
    METADATA.create_all(engine, tables)
    engine.dispose()
