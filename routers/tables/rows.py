"""The columns that every table has, with what follows from a table's fields for the database."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Table, UniqueConstraint, event, func, text
from sqlalchemy.orm import Mapper
from sqlmodel import Field, SQLModel

from routers.tables.column_types import Relation, bounds, choose_types, relation_of, take_relations
from routers.tables.foreign_keys import refer, resolve

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel):
    """What the server keeps for each row: its name, its age and its state.

    Times are `timestamptz`; `version` is 1 at creation and grows with each change.
    """

    id: UUID = Field(primary_key=True)
    created_at: datetime = Field(sa_column_kwargs={"server_default": func.now()})
    updated_at: datetime = Field(sa_column_kwargs={"server_default": func.now()})
    version: int = Field(sa_column_kwargs={"server_default": text("1")})

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Complete the fields before SQLModel makes columns of them."""
        super().__pydantic_init_subclass__(**kwargs)
        choose_types(cls)


class PublicRow(Row):
    """A row without an owner: reference data that everyone may read, and nobody changes through the API."""


class _Owned(SQLModel):
    owner_id: str = Field(primary_key=True, max_length=64)


class OwnedRow(Row, _Owned):
    """A row that belongs to one owner.

    The primary key is `(owner_id, id)`: an id that one owner chose can neither collide with another
    owner's nor reveal it. In the same way `foreign_key="project.id"` of a field means a project of the same
    owner, `unique` is unique among the owner's rows, and an `index` begins with the owner.
    """

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Keep what SQLModel would understand without the owner."""
        super().__pydantic_init_subclass__(**kwargs)
        take_relations(cls)


class ReadRow(SQLModel):
    """What a client may see of a row: all but its owner."""

    id: UUID = Field(description="The name of the row: a UUID, version 7 where the server made it.")
    created_at: datetime = Field(description="When the row was created, in UTC.")
    updated_at: datetime = Field(description="When the row was last changed, in UTC.")
    version: int = Field(description="1 at creation, one more with each change.", ge=1)


ReadT = TypeVar("ReadT", bound=ReadRow)


def table_of(model: type[Row]) -> Table:
    """The table behind a model."""
    table: Table = vars(model)["__table__"]
    return table


SERVER_COLUMNS = frozenset(OwnedRow.model_fields)
"""The columns that no caller and no plugin route may write."""


@event.listens_for(Row, "after_mapper_constructed", propagate=True)
def _complete_table(_mapper: Mapper[Any], model: type[Row]) -> None:
    """Let what the fields say stand in the database."""
    table = table_of(model)
    for name, field in model.model_fields.items():
        for rule, condition in bounds(field, table.c[name]):
            table.append_constraint(CheckConstraint(condition, name=f"{name}_{rule}"))
        if relation := relation_of(field):
            _relate(table, name, relation)
    resolve(table.metadata)


def _relate(table: Table, name: str, relation: Relation) -> None:
    if relation.target:
        refer(table, name, relation)
    if relation.unique:
        table.append_constraint(UniqueConstraint("owner_id", name))
    elif relation.index and not relation.target:
        Index(None, table.c.owner_id, table.c[name])
