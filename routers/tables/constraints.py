"""CHECK constraints, unique constraints and indexes of tables."""

from collections.abc import Iterator
from enum import Enum
from typing import Any, get_origin

from pydantic.fields import FieldInfo
from sqlalchemy import Column, ColumnElement, Index, Table, UniqueConstraint, func

from routers.schemas.field_types import split_optional
from routers.tables.foreign_keys import Relation, refer


def checks(field: FieldInfo, column: Column[Any]) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Yield the constraints of a field as named SQL conditions; `max_length` is part of the column type."""
    python_type, _ = split_optional(field.annotation)
    if isinstance(python_type, type) and issubclass(python_type, Enum):
        yield "choice", column.in_(list(python_type))
    container = get_origin(python_type) or python_type
    if container in {dict, list}:
        yield "json_type", func.jsonb_typeof(column) == ("object" if container is dict else "array")
        return
    for metadata in field.metadata:
        for name, condition in _CONDITIONS.items():
            if (bound := getattr(metadata, name, None)) is not None:
                yield name, condition(column, bound)


_CONDITIONS: dict[str, Any] = {
    "min_length": lambda column, length: func.char_length(column) >= length,
    "pattern": lambda column, pattern: column.regexp_match(pattern),
    "ge": lambda column, bound: column >= bound,
    "gt": lambda column, bound: column > bound,
    "le": lambda column, bound: column <= bound,
    "lt": lambda column, bound: column < bound,
}


def uniques(table: Table) -> list[UniqueConstraint | Index]:
    """Return the unique constraints and unique indexes of a table."""
    constraints = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    return [*constraints, *(index for index in table.indexes if index.unique)]


def add_indexes(table: Table, column: str, relation: Relation) -> None:
    """Add the foreign key, the unique constraint and the index that a field declares."""
    if relation.target:
        refer(table, column, relation)
    if relation.unique:
        table.append_constraint(UniqueConstraint("owner_id", column))
    elif relation.index and not relation.target:
        Index(None, table.c.owner_id, table.c[column])


def ensure_index(table: Table, column: str, collation: str | None) -> None:
    """Add the index that serves the order of a column, unless the table has it."""
    columns = [table.c[name] for name in ("owner_id", column, "id") if name in table.c]
    if any(list(index.columns) == columns and not index.unique for index in table.indexes):
        return
    # Not as an expression: PostgreSQL stores a collation separately, and Alembic would see another index.
    collations = {column: f'COLLATE "{collation}"'} if collation else {}
    Index(None, *columns, postgresql_ops=collations)
