"""The base classes of tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Table, event, func, text
from sqlalchemy.orm import Mapper
from sqlmodel import Field, SQLModel

from routers.tables.column_types import set_column_types
from routers.tables.constraints import add_indexes, checks
from routers.tables.creation import check_columns, check_table
from routers.tables.foreign_keys import check_foreign_keys, relation_of, resolve, take_relations
from routers.tables.row_type import RowType
from routers.tables.table_error import TableError

MAX_OWNER_LENGTH = 255
"""Maximum number of characters of an owner: as many as OpenID Connect allows for `sub`."""

RESERVED_NAMES = frozenset(
    {"cmax", "cmin", "ctid", "tableoid", "xmax", "xmin"}  # the system columns of PostgreSQL
    | {name for name in vars(SQLModel) if not name.startswith("_")}
    | {name for name in dir(SQLModel) if name.startswith("model_")}
    | {"cls"}  # a parameter of `model_construct`
)
"""The names that neither a column nor a member can have."""

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Row(SQLModel, metaclass=RowType):
    """The columns of every table, which the server writes.

    Times are `timestamptz`; `version` is 1 at creation and grows by 1 with each change.
    """

    id: UUID = Field(primary_key=True)
    created_at: datetime = Field(sa_column_kwargs={"server_default": func.now()})
    updated_at: datetime = Field(sa_column_kwargs={"server_default": func.now()})
    version: int = Field(sa_column_kwargs={"server_default": text("1")})

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Complete the fields before SQLModel creates columns from them."""
        super().__pydantic_init_subclass__(**kwargs)
        if taken := RESERVED_NAMES.intersection(cls.model_fields):
            names = ", ".join(sorted(taken))
            raise TableError(f"{cls.__name__} has {names}, which SQLModel or PostgreSQL uses: rename it.")
        set_column_types(cls)


class PublicRow(Row):
    """A row without an owner: reference data that everyone may read and the API never changes."""


class _Owned(SQLModel):
    owner_id: str = Field(primary_key=True, max_length=MAX_OWNER_LENGTH)


class OwnedRow(Row, _Owned):
    """A row that belongs to one owner.

    The primary key is `(owner_id, id)`: an id that one owner chooses can neither collide with another
    owner's nor reveal it. Likewise, `foreign_key="project.id"` refers to a project of the same owner,
    `unique` means unique among the owner's rows, and an `index` begins with the owner.
    """

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Take out what SQLModel would implement without the owner."""
        super().__pydantic_init_subclass__(**kwargs)
        take_relations(cls)


def table_of(model: type[Row]) -> Table:
    """Return the SQLAlchemy table of a model."""
    table: Table = vars(model)["__table__"]
    return table


_MODELS: dict[Table, type[Row]] = {}


def declared_model(table: Table) -> type[Row] | None:
    """Return the model that declares a table; None if it is not the table of a model."""
    return _MODELS.get(table)


SERVER_COLUMNS = frozenset(OwnedRow.model_fields)
"""The columns that neither clients nor custom routes may write."""


@event.listens_for(Row, "after_mapper_constructed", propagate=True)
def _complete_table(mapper: Mapper[Any], model: type[Row]) -> None:
    """Add constraints, foreign keys and indexes for what the fields declare."""
    table = table_of(model)
    if table in _MODELS:
        raise TableError(f"{model.__name__} and {_MODELS[table].__name__} have the same table: rename one.")
    _MODELS[table] = model
    check_columns(model, mapper.columns)
    check_foreign_keys(model.__name__, table)
    for name, field in model.model_fields.items():
        for rule, condition in checks(field, table.c[name]):
            table.append_constraint(CheckConstraint(condition, name=f"{name}_{rule}"))
        if relation := relation_of(field):
            add_indexes(table, name, relation)
    resolve(table.metadata)
    check_table(model.__name__, table)
