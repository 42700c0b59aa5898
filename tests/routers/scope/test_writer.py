"""The JSON of a page, written without rows in between."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field as PydanticField
from pydantic import PlainSerializer, computed_field, field_serializer
from sqlalchemy import (
    JSON,
    Column,
    Enum,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    cast,
    create_engine,
    select,
)
from sqlmodel import SQLModel
from sqlmodel._compat import SQLModelConfig

from routers import Database, OwnedRow, OwnerId, ReadRow, Resource, Scope
from routers.scope.writer import PageWriter
from tests.support.databases import new_pool
from tests.support.gadgets import GadgetRead, gadgets


class LogCreate(SQLModel):
    """An entry, of each type that can be written so, with null or without."""

    name: str
    note: str | None = None
    at: datetime | None = None
    day: date
    eve: date | None = None
    size: int | None = None
    other: UUID | None = None
    is_new: bool | None = None


class Log(LogCreate, OwnedRow, table=True):
    """A row of the log."""


class LogRead(LogCreate, ReadRow):
    """An entry as its owner sees it."""


logs = Resource(path="/logs", model=Log, create=LogCreate, read=LogRead)

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
TIME = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC))  # noqa: DTZ001 # has one
WHOLE = st.integers(-(2**31), 2**31 - 1)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "id": st.uuids(),
    "created_at": TIME | TIME.map(lambda time: time.replace(microsecond=0)),
    "updated_at": TIME | TIME.map(lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000)),
    "version": WHOLE,
    "name": TEXT,
    "note": st.none() | TEXT,
    "at": st.none() | TIME,
    "day": st.dates(),
    "eve": st.none() | st.dates(),
    "size": st.none() | WHOLE,
    "other": st.none() | st.uuids(),
    "is_new": st.none() | st.booleans(),
}


@pytest.fixture(
    scope="module",
    params=[
        "TimeZone=UTC",
        "TimeZone=Asia/Kathmandu",
        "TimeZone=America/St_Johns",
        "TimeZone=Europe/Dublin",
        "DateStyle=German",
    ],
)
async def session(request: pytest.FixtureRequest, gadget_url: str) -> AsyncIterator[Database]:
    """A database whose sessions have a setting of their own."""
    setting = quote(f"-c {request.param}", safe="")
    database = new_pool(f"{gadget_url}&options={setting}", seconds=10)
    yield database
    await database.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.fixed_dictionaries(VALUES), min_size=1, max_size=4), limit=st.integers(1, 4))
async def test_a_page_is_what_its_model_would_have_made_of_it(
    session: Database, rows: list[dict[str, Any]], limit: int
) -> None:
    columns = [logs.table.c[name] for name in logs.answer.model_fields]
    each, *others = [
        select(*(cast(row[column.name], column.type).label(column.name) for column in columns))
        for row in rows
    ]
    statement = each.union_all(*others)
    answers = [
        await session.read(
            statement, {}, lambda answer: logs.writer.write(answer, limit, logs.orders[0]), text=text
        )
        for text in (True, False)
    ]
    assert answers[0] == answers[1]
    page = json.loads(answers[0])
    assert len(page["items"]) == min(limit, len(rows))
    assert (page["next_cursor"] is not None) == (len(rows) > limit)


class Loud(TypeDecorator[str]):
    """Reads texts in capitals."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, _dialect: Any) -> str | None:
        return value and value.upper()


class ToldRead(LogRead):
    @field_serializer("name")
    def shout(self, name: str) -> str:
        return name.upper()


class MoreRead(LogRead):
    @computed_field  # type: ignore[prop-decorator]
    @property
    def length(self) -> int:
        return len(self.name)


class OtherRead(LogRead):
    name: Annotated[str, PlainSerializer(str.upper)]


class NamedRead(LogRead):
    name: str = PydanticField(serialization_alias="title")


@pytest.mark.parametrize("read", [ToldRead, MoreRead, OtherRead, NamedRead])
def test_where_somebody_has_said_how_to_write_it_is_left_to_the_model(read: type[LogRead]) -> None:
    assert PageWriter(read, logs.page, logs.table).is_plain is False
    assert logs.writer.is_plain is True


@pytest.mark.parametrize("kind", [Loud(), Integer(), JSON(), Enum("a", "b", native_enum=False)])
def test_so_is_a_column_that_holds_something_else(kind: Any) -> None:
    for note, is_plain in ((String(), True), (kind, False)):
        types = {column.name: column.type for column in logs.table.c} | {"note": note}
        table = Table("other", MetaData(), *(Column(name, type_) for name, type_ in types.items()))
        assert PageWriter(logs.answer, logs.page, table).is_plain is is_plain


async def test_in_a_transaction_it_is_the_same(scope: Scope[GadgetRead]) -> None:
    for name in ("lamp", 'a "quote"', "a\\backslash", "Zürich"):
        await scope.create(name=name)
    alone = await scope.list_json(limit=3)
    async with scope.transaction():
        assert await scope.list_json(limit=3) == alone


async def test_a_page_is_utf_8_whatever_the_session_speaks(scope: Scope[GadgetRead], gadget_url: str) -> None:
    await scope.create(name="Zürich")
    setting = quote("-c client_encoding=LATIN1", safe="")
    database = new_pool(f"{gadget_url}&options={setting}")
    page = await Scope(gadgets, OwnerId("ann"), database).list_json()
    await database.close()
    assert json.loads(page.decode())["items"][0]["name"] == "Zürich"


class MeterCreate(SQLModel):
    """A meter."""

    size: float


class Meter(MeterCreate, OwnedRow, table=True):
    """A row of meters."""


class MeterRead(MeterCreate, ReadRow):
    """A meter as its owner sees it."""


meters = Resource(path="/meters", model=Meter, create=MeterCreate, read=MeterRead)


async def test_a_number_is_the_same_in_a_page_as_alone(gadget_url: str) -> None:
    engine = create_engine(gadget_url.replace("postgresql:", "postgresql+psycopg2:"))
    meters.table.create(engine)
    engine.dispose()
    setting = quote("-c extra_float_digits=0", safe="")
    database = new_pool(f"{gadget_url}&options={setting}")
    scope = Scope(meters, OwnerId("ann"), database)
    row = await scope.create(size=0.1 + 0.2)
    page = await scope.list_json()
    await database.close()
    assert json.loads(page)["items"][0]["size"] == row.size == 0.1 + 0.2


class LateRead(LogRead):
    """An entry whose model is completed late, and which says how to write a member."""

    model_config = SQLModelConfig(defer_build=True)

    @field_serializer("name")
    def shout(self, name: str) -> str:
        return name.upper()


class SecondsRead(LogRead):
    """An entry whose times are numbers."""

    model_config = SQLModelConfig(ser_json_temporal="seconds")


@pytest.mark.parametrize("read", [LateRead, SecondsRead])
def test_so_it_is_where_the_settings_of_the_model_say_so(read: type[LogRead]) -> None:
    told = Resource(path="/logs", model=Log, create=LogCreate, read=read)
    assert told.writer.is_plain is False
