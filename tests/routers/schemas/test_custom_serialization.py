"""A read schema that customizes its serialization shows it in single rows and in lists."""

import json
from collections.abc import AsyncIterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import pytest
from pydantic import (
    PlainSerializer,
    WrapSerializer,
    computed_field,
    field_serializer,
)
from sqlalchemy import create_engine
from sqlmodel import Field, SQLModel
from sqlmodel._compat import SQLModelConfig

from routers import (
    Database,
    OwnerId,
    ReadRow,
    Resource,
    Scope,
    UnitOfWork,
    resource_router,
)
from tests.support.databases import new_pool
from tests.support.gadget_applications import application_of, unchecked_client_of
from tests.support.gadgets import access
from tests.support.sql import run_sql
from tests.support.tables import OwnedSpecimen


class Size(StrEnum):
    """A size."""

    SMALL = "small"


class ParcelCreate(SQLModel):
    """A parcel as a client writes it."""

    name: str = Field(default="lamp", max_length=20)
    count: int = 3
    is_new: bool = True
    weight: float = 1.5
    other: UUID | None = UUID(int=1)
    day: date = date(2026, 1, 31)
    size: Size = Size.SMALL
    price: Decimal = Field(default=Decimal("1.50"), max_digits=8, decimal_places=2)


class Parcel(ParcelCreate, OwnedSpecimen, table=True):
    """A row of parcels."""


class PlainRead(ReadRow):
    """A parcel without a customized or decimal member."""

    name: str = Field(max_length=20)
    count: int
    is_new: bool
    weight: float
    other: UUID | None
    day: date
    size: Size


class DecimalRead(PlainRead):
    price: Decimal = Field(max_digits=8, decimal_places=2)


class FieldSerializerRead(PlainRead):
    @field_serializer("name")
    def upper(self, name: str) -> str:
        return name.upper()


class ComputedFieldRead(PlainRead):
    @computed_field  # type: ignore[prop-decorator]
    @property
    def length(self) -> int:
        return len(self.name)


class LateRead(FieldSerializerRead):
    model_config = SQLModelConfig(defer_build=True)


class WrappedTextRead(PlainRead):
    name: Annotated[str, WrapSerializer(lambda name, serialize: f"<{serialize(name)}>", return_type=str)]


class TextRead(PlainRead):
    name: Annotated[str, PlainSerializer(str.upper, return_type=str)]


class IntegerRead(PlainRead):
    count: Annotated[int, PlainSerializer(str)]


class NumberRead(PlainRead):
    weight: Annotated[float, PlainSerializer(str)]


class BooleanRead(PlainRead):
    is_new: Annotated[bool, PlainSerializer(int)]


class UUIDRead(PlainRead):
    other: Annotated[UUID | None, PlainSerializer(lambda other: other.hex, return_type=str)]


class DateRead(PlainRead):
    day: Annotated[date, PlainSerializer(lambda day: day.year, return_type=int)]


class TimeRead(PlainRead):
    created_at: Annotated[datetime, PlainSerializer(lambda time: time.year, return_type=int)]


class EnumRead(PlainRead):
    size: Annotated[Size, PlainSerializer(lambda size: size.name, return_type=str)]


def parcels(read: type[ReadRow]) -> Resource[ReadRow]:
    return Resource(path="/parcels", model=Parcel, create=ParcelCreate, read=read)


@pytest.fixture(scope="session")
async def database(gadget_url: str) -> AsyncIterator[Database]:
    engine = create_engine(gadget_url.replace("postgresql:", "postgresql+psycopg2:"))
    parcels(PlainRead).table.create(engine)
    engine.dispose()
    database = new_pool(gadget_url)
    yield database
    await database.close()


@pytest.mark.parametrize(
    "read",
    [
        DecimalRead,
        FieldSerializerRead,
        ComputedFieldRead,
        LateRead,
        WrappedTextRead,
        TextRead,
        IntegerRead,
        NumberRead,
        BooleanRead,
        UUIDRead,
        DateRead,
        TimeRead,
        EnumRead,
    ],
)
async def test_responses_are_serialized_as_the_read_schema_declares(
    database: Database, gadget_url: str, read: type[ReadRow]
) -> None:
    run_sql(gadget_url, "TRUNCATE parcel")
    row = await Scope(parcels(PlainRead), OwnerId("ann"), UnitOfWork(database)).create()
    expected = read.model_construct(**vars(row), price=Decimal("1.50")).model_dump_json()
    assert expected != row.model_dump_json()
    api = application_of(resource_router(parcels(read), access), database)
    client = unchecked_client_of(api)
    assert (await client.get(f"/parcels/{row.id}")).text == expected
    assert (await client.get("/parcels")).text == f'{{"items":[{expected}],"next_cursor":null}}'
    created = await client.post("/parcels", json={})
    assert created.json().keys() == json.loads(expected).keys()
