"""Custom routes with every kind of parameter, without a database."""

import functools
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Cookie, Depends, Header, Path, Query, Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, TypeAdapter

from routers import ResourceAPI, ScopedRouter
from tests.support.gadgets import access
from tests.support.orders import Level


class Period(BaseModel):
    """A query for a period of time."""

    since: date | None = None
    until: date | None = Field(default=None, alias="to")
    size: int = 10
    levels: list[Level] = []


class Trace(BaseModel):
    """A model of headers."""

    x_depth: int = 0


async def limits(size: int = 10, since: datetime | None = None) -> tuple[int, datetime | None]:
    """Take query parameters of a dependency."""
    return size, since


class Offset:
    """A dependency that is a class."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset


class Window(BaseModel):
    """A dependency that is a model."""

    width: int = 1


class Scaled:
    """A dependency that is an instance, and has a dependency."""

    async def __call__(self, offset: Annotated[Offset, Depends()], factor: int = 1) -> int:
        return offset.offset * factor

    async def half(self, total: int = 0) -> int:
        return total // 2


async def shifted(base: int, shift: int = 0) -> int:
    return base + shift


def check_even(value: int) -> int:
    if value % 2:
        raise ValueError(value)
    return value


UNTIL: Any = Query(default=date(2026, 12, 31))


def json_response(*values: Any) -> Response:
    return Response(TypeAdapter(Any).dump_json(values), media_type="application/json")


def reports_application(*, fast_path: bool) -> ResourceAPI:
    """Serve operations with every kind of parameter."""
    router = ScopedRouter(access, name="reports", description="Reports about gadgets.", prefix="/reports")

    @router.get("/types", response_model=Any)
    async def get_types(
        *,
        day: date | None = None,
        at: datetime | None = None,
        count: Annotated[int, Query(ge=1, description="How many.")] = 1,
        ratio: float = 0.5,
        flag: bool = False,
        ref: UUID | None = None,
        level: Level = Level.LOW,
        price: Annotated[Decimal | None, Query(max_digits=5, decimal_places=2)] = None,
        text: str = "",
        sort: Literal["up", "down"] = "up",
        even: Annotated[int, AfterValidator(check_even)] = 0,
        lower: Annotated[str, BeforeValidator(str.lower)] = "",
        tags: Annotated[frozenset[str], Query()] = frozenset(),
        old: int = Query(default=5, le=9, alias="old-style"),
        until: date = UNTIL,
    ) -> Response:
        return json_response(
            day, at, count, ratio, flag, ref, level, price, text, sort, even, lower, tags, old, until
        )

    @router.get("/period", response_model=Any)
    async def get_period(query: Annotated[Period, Query()]) -> Response:
        assert isinstance(query, Period)
        return json_response(query)

    @router.get("/optional", response_model=Any)
    async def get_optional(query: Annotated[Period | None, Query()] = None) -> Response:
        return json_response(query)

    @router.get("/numbers", response_model=Any)
    async def get_numbers(numbers: Annotated[list[int] | None, Query()] = None) -> Response:
        return json_response(numbers)

    @router.get("/days/{day}", response_model=Any)
    async def get_day(day: date) -> Response:
        return json_response(day)

    @router.get("/levels/{level}/{number}", response_model=Any)
    async def get_level(level: Annotated[Level, Path()], number: int = Path(ge=1)) -> Response:
        return json_response(level, number)

    @router.get("/files/{number:int}/{rest:path}", response_model=Any)
    async def get_file(number: int, rest: str) -> Response:
        return json_response(number, rest)

    @router.get("/dependencies", response_model=Any)
    async def get_with_dependencies(
        of_function: Annotated[Any, Depends(limits)],
        of_class: Annotated[Offset, Depends()],
        of_model: Annotated[Window, Depends()],
        of_instance: Annotated[int, Depends(Scaled())],
        of_method: Annotated[int, Depends(Scaled().half)],
        of_partial: Annotated[int, Depends(functools.partial(shifted, 1))],
    ) -> Response:
        return json_response(of_function, of_class.offset, of_model, of_instance, of_method, of_partial)

    @router.get("/headers", response_model=Any)
    async def get_headers(
        *,
        trace: Annotated[Trace, Header()],
        x_number: Annotated[int, Header()] = 1,
        visited: Annotated[bool, Cookie()] = False,
    ) -> Response:
        return json_response(trace, x_number, visited)

    api = ResourceAPI(title="Reports", fast_path=fast_path)
    api.include_router(router)
    return api
