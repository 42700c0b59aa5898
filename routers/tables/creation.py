"""Check that a table can be created, and that its columns store exactly what its fields declare."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, Sequence, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlmodel import SQLModel

from routers.schemas.field_types import field_types, is_json, is_known, split_optional
from routers.tables.dialect import DIALECT, MAX_NAME_BYTES, stored_name
from routers.tables.table_error import TableError


def check_columns(model: type[SQLModel], columns: ReadOnlyColumnCollection[str, Column[Any]]) -> None:
    """Check the columns of a model, by the names of their fields.

    Raises:
        TableError: a column cannot be created, or does not store its field exactly.
    """
    for name, field in model.model_fields.items():
        for error in _column_errors(name, field, columns[name]):
            raise TableError(f"{model.__name__}.{name}: {error}.")


def _column_errors(name: str, field: FieldInfo, column: Column[Any]) -> Iterator[str]:
    if column.name != name or column.key != name:
        yield "its column has another name or key than the field: leave name and key out"
    if not name.isidentifier() or len(name.encode()) > MAX_NAME_BYTES:
        yield f"no column can have that name: use letters, digits and _, up to {MAX_NAME_BYTES} bytes"
    if column.system or getattr(column.name, "quote", None) is False:
        yield "its column is a system column, or is not quoted: drop system and quote"
    if (column.onupdate or column.server_onupdate) and not column.computed:
        yield "its column changes with each update: use computed=(Computed(...),) in the resource"
    if isinstance(column.default, Sequence):
        yield "its default is a Sequence: use Identity(), or a server_default"
    if is_known(split_optional(field.annotation)[0]):
        try:
            field_types(field, column)
        except TypeError as error:
            yield str(error)
        yield from _default_errors(field, column)


def _default_errors(field: FieldInfo, column: Column[Any]) -> Iterator[str]:
    default, annotation = getattr(column.server_default, "arg", None), split_optional(field.annotation)[0]
    if not isinstance(default, str) or is_json(annotation):
        return
    try:
        TypeAdapter(annotation).validate_strings(default)
    except ValidationError:
        yield f"its server_default {default!r} is no value of its type: correct it, or use text()"


def check_table(model: str, table: Table) -> None:
    """Check that PostgreSQL can create a table.

    Raises:
        TableError: SQLAlchemy cannot write its DDL, or a name is in use.
    """
    try:
        # Without foreign keys, whose tables may be declared later.
        CreateTable(table, include_foreign_key_constraints=[]).compile(dialect=DIALECT)
        for index in table.indexes:
            CreateIndex(index).compile(dialect=DIALECT)
    except SQLAlchemyError as error:
        raise TableError(f"{model} has no valid table ({error}): correct it, or __table_args__.") from error
    for each in _table_errors(table):
        raise TableError(f"{model}: {each}.")


def _table_errors(table: Table) -> Iterator[str]:
    if not 0 < len(table.name.encode()) <= MAX_NAME_BYTES:
        yield f"its __tablename__ must have 1 to {MAX_NAME_BYTES} bytes: change it"
    for index in table.indexes:
        if not index.expressions:
            yield f"its index {index.name} has no columns: add one"
        if index.unique and index.dialect_options["postgresql"]["using"] not in {False, None, "btree"}:
            yield f"its index {index.name} is unique, but no B-tree: drop unique or postgresql_using"
    if any(isinstance(each, ExcludeConstraint) and each.name is None for each in table.constraints):
        yield 'its exclusion constraint has no name, by which migrations compare it: add name="..."'
    for kind, names in {
        "constraint": _constraint_names(table),
        "table or index": _relation_names(table.metadata, table.schema),
    }.items():
        for name, count in Counter(names).items():
            if count > 1:
                yield f"another {kind} has the name {name}: rename one"


def _constraint_names(table: Table) -> Iterator[str]:
    yield from (stored_name(each) for each in table.constraints if each.name is not None)


def _relation_names(metadata: MetaData, schema: str | None) -> Iterator[str]:
    """Yield the names of the tables and indexes of a schema, which all have to differ."""
    for table in (each for each in metadata.tables.values() if each.schema == schema):
        yield table.name
        indexed = (
            each
            for each in table.constraints
            if isinstance(each, PrimaryKeyConstraint | UniqueConstraint | ExcludeConstraint)
        )
        yield from map(stored_name, (*indexed, *table.indexes))
