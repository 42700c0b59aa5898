"""CHECK constraints, unique constraints and indexes of tables."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_origin

from pydantic.fields import FieldInfo
from sqlalchemy import Column, ColumnElement, Enum, Index, Table, UniqueConstraint, func
from sqlalchemy.sql.elements import conv
from sqlalchemy.sql.operators import collate

from routers.schemas.choices import choices
from routers.schemas.field_types import is_json, split_optional
from routers.tables.foreign_keys import Relation, refer
from routers.tables.json_constraints import json_checks


def checks(field: FieldInfo, column: Column[Any]) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Yield the constraints of a field as named SQL conditions; `max_length` is part of the column type."""
    python_type, _ = split_optional(field.annotation)
    if isinstance(column.type, Enum) and column.type.enum_class:
        # The type stores what it says for each member, perhaps the member's name.
        yield "choice", column.in_(list(column.type.enum_class))
    elif values := choices(python_type):
        yield "choice", column.in_(values)
    if is_json(python_type):
        container = get_origin(python_type) or python_type
        yield "json_type", func.jsonb_typeof(column) == ("object" if container is dict else "array")
        yield from json_checks(python_type, field.metadata, column)
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
    "multiple_of": lambda column, step: func.mod(column, step) == 0,
}


def is_generated(column: Column[Any]) -> bool:
    """Check whether PostgreSQL generates all values of a column, so that no statement may write it."""
    return bool(column.computed or (column.identity and column.identity.always))


def add_indexes(table: Table, column: str, relation: Relation) -> None:
    """Add the foreign key, the unique constraint and the index that a field declares."""
    if relation.target:
        refer(table, column, relation)
    if relation.unique:
        table.append_constraint(UniqueConstraint("owner_id", column))
    elif relation.index and not relation.target:
        Index(None, table.c.owner_id, table.c[column])


def ensure_index(table: Table, name: str, keys: Sequence[tuple[ColumnElement[Any], bool]]) -> None:
    """Add the index of an order, unless the table has it.

    `keys` are the expressions of the order, each with whether it is descending. An index of columns alone has
    the name of the naming convention, others have this one.
    """
    terms: list[Any] = [table.c.owner_id] if "owner_id" in table.c else []
    operators = {}
    is_mixed = len({descending for _, descending in keys}) > 1  # otherwise, it can be read backwards
    for key, descending in keys:
        term: Any = key
        if getattr(key, "operator", None) is collate:
            # PostgreSQL stores the collation of an index separately, and Alembic would see another index.
            term = key.left
            operators[term.name] = f"COLLATE {key.right}"
        terms.append(term.desc() if is_mixed and descending else term)
    if _texts(terms) not in [_texts(index.expressions) for index in table.indexes if not index.unique]:
        is_plain = all(isinstance(term, Column) for term in terms)
        Index(None if is_plain else conv(f"ix_{table.name}_{name}"), *terms, postgresql_ops=operators)


def _texts(expressions: Iterable[Any]) -> list[str]:
    return [str(each) for each in expressions]
