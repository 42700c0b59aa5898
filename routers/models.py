"""The columns that every owned table has, with the constraints that follow from a table's fields."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic.fields import FieldInfo
from sqlalchemy import CheckConstraint, Column, ColumnElement, Index, Table, event, func, text
from sqlalchemy.orm import Mapper
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class OwnedRow(SQLModel):
    """What the server keeps for each row: whose it is, its name, its age and its state.

    The primary key is `(owner_id, id)`: an id that one owner chose can neither collide with another
    owner's nor reveal it. Times are `timestamptz`; `version` is 1 at creation and grows with each change.
    """

    owner_id: str = Field(primary_key=True, max_length=64)
    id: UUID = Field(primary_key=True)
    created_at: datetime = Field(sa_column_kwargs={"server_default": func.now()})
    updated_at: datetime = Field(sa_column_kwargs={"server_default": func.now()})
    version: int = Field(sa_column_kwargs={"server_default": text("1")})


class ReadRow(SQLModel):
    """What a client may see of an `OwnedRow`: all but its owner."""

    id: UUID = Field(description="The name of the row: a UUID, version 7 where the server made it.")
    created_at: datetime = Field(description="When the row was created, in UTC.")
    updated_at: datetime = Field(description="When the row was last changed, in UTC.")
    version: int = Field(description="1 at creation, one more with each change.", ge=1)


def table_of(model: type[OwnedRow]) -> Table:
    """The table behind a model."""
    table: Table = vars(model)["__table__"]
    return table


SERVER_COLUMNS = frozenset(OwnedRow.model_fields)
"""The columns that no caller and no plugin route may write."""


@event.listens_for(OwnedRow, "after_mapper_constructed", propagate=True)
def _complete_table(_mapper: Mapper[Any], model: type[OwnedRow]) -> None:
    """Give a table the index of its default order, and let its fields' bounds stand in the database."""
    table = table_of(model)
    Index(None, table.c.owner_id, table.c.created_at, table.c.id)
    for name, field in model.model_fields.items():
        for rule, condition in _bounds(field, table.c[name]):
            table.append_constraint(CheckConstraint(condition, name=f"{name}_{rule}"))


def _bounds(field: FieldInfo, column: Column[Any]) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """The rules of a text field as SQL conditions; the longest length is in the column's type."""
    for constraint in field.metadata:
        if (shortest := getattr(constraint, "min_length", None)) is not None:
            yield "min_length", func.char_length(column) >= shortest
        if (pattern := getattr(constraint, "pattern", None)) is not None:
            yield "pattern", column.regexp_match(pattern)
