"""A custom route for each kind of body, without a database."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Body, Response
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    RootModel,
    StringConstraints,
    TypeAdapter,
    field_validator,
)
from sqlalchemy import BigInteger
from sqlmodel import Field as ColumnField
from sqlmodel import SQLModel

from routers import ResourceAPI, ScopedRouter, resource_router
from tests.support.gadgets import GadgetCreate, access, gadgets


class Level(StrEnum):
    """The level of an order."""

    LOW = "low"
    HIGH = "high"


class Part(BaseModel):
    """A part of an order."""

    name: str = Field(max_length=10)
    amount: int = Field(default=1, ge=1)


class Gift(SQLModel):
    """The terms of a gift."""

    kind: Literal["gift"]
    serial: int = ColumnField(default=0, sa_type=BigInteger)


class Sale(BaseModel):
    """The terms of a sale."""

    kind: Literal["sale"] = "sale"
    price: Decimal = Field(max_digits=6, decimal_places=2, ge=0)


def check_even(value: int) -> int:
    """Accept even numbers only."""
    if value % 2:
        raise ValueError(value)
    return value


class Order(BaseModel):
    """An order, as clients send it."""

    title: str = Field(description="What to order.", examples=["lamps"])
    due_on: date | None = Field(default=None, alias="dueOn")
    at: datetime | None = None
    ref: UUID | None = None
    level: Level = Level.LOW
    total: Decimal = Field(default=Decimal(0), max_digits=6, decimal_places=2)
    ratio: float = 0.5
    urgent: bool = False
    count: int = 0
    wide: int = Field(default=0, le=2**40)
    even: Annotated[int, AfterValidator(check_even)] = 0
    lower: Annotated[str, BeforeValidator(str.lower)] = ""
    code: int | str = 0
    initials: Annotated[str, StringConstraints(max_length=3, strip_whitespace=True)] = ""
    short: list[str] = Field(default=[], max_length=1)
    parts: list[Part] = Field(default_factory=list)
    counts: dict[str, int] = {}
    by_name: dict[str, Part] = {}
    details: dict[str, Any] = {}
    many: list[Any] = []
    anything: Any = None
    page: HttpUrl | None = None
    terms: Gift | Sale | None = Field(default=None, discriminator="kind")
    revision: Literal[1, 2] = 1
    agreed: Literal[True] = True
    replies: "list[Order]" = []
    gadget: GadgetCreate | None = None

    @field_validator("title")
    @classmethod
    def check_title(cls, title: str) -> str:
        """Reject a title."""
        if title == "secret":
            raise ValueError(title)
        return title

    def amount(self) -> int:
        """Return the amount of all parts."""
        return sum(part.amount for part in self.parts)


class Open(BaseModel):
    """A body with any other members."""

    model_config = ConfigDict(extra="allow")

    count: int


class Lax(BaseModel):
    """A body that Pydantic reads in its own way."""

    model_config = ConfigDict(strict=False)

    at: time
    count: int


class Strict(BaseModel):
    """A body in Pydantic's strict mode."""

    model_config = ConfigDict(strict=True)

    level: Level
    on: date


class Ids(RootModel[list[UUID]]):
    """The ids of gadgets."""


class Employee(BaseModel):
    """A person with a team."""

    team: "Team | None" = None


class Team(BaseModel):
    """A team with a lead."""

    lead: Employee | None = None
    size: int = 0


Employee.model_rebuild()

BODIES: dict[str, Any] = {
    "orders": Order,
    "open": Open,
    "lax": Lax,
    "strict": Strict,
    "parts": list[Part],
    "ids": Ids,
    "counts": dict[str, int],
    "number": Annotated[int, Body(ge=1)],
    "employees": Employee,
    "teams": Team,
}
"""The types of bodies, by the path of the operation that takes them."""


def orders_router() -> ScopedRouter:
    """Return a router whose operations return their bodies as Python has them."""
    return ScopedRouter(access, name="orders", description="Orders of gadgets.")


def add_echo(router: ScopedRouter, name: str, annotation: Any) -> None:
    """Add an operation that returns its body, and the name of the class of the body in a header."""

    async def echo(body: annotation) -> Response:
        content = TypeAdapter(Any).dump_json(body, exclude_unset=name in {"employees", "teams"})
        headers = {"Class": type(body).__name__}
        return Response(content, media_type="application/json", headers=headers)

    router.post(f"/{name}", response_model=Any, operation_id=name)(echo)


def orders_application(*, fast_path: bool) -> ResourceAPI:
    """Serve an operation for each type of body."""
    router = orders_router()
    for name, annotation in BODIES.items():
        add_echo(router, name, annotation)

    @router.post("/amounts")
    async def get_amount(body: Order) -> Response:
        """Return the amount of an order; check that it consists of instances of the declared models."""
        assert isinstance(body, Order)
        assert all(isinstance(each, Part) for each in body.parts)
        assert all(isinstance(each, Order) for each in body.replies)
        assert isinstance(body.gadget, GadgetCreate | None)
        return Response(str(body.amount()), media_type="application/json")

    @router.post("/optional", response_model=Any)
    async def set_part(body: Part | None = None) -> Any:
        """Return a body that may be missing."""
        return body

    api = ResourceAPI(title="Orders", fast_path=fast_path)
    for each in (router, resource_router(gadgets, access)):
        api.include_router(each)
    return api
