"""Foreign keys that include the owner."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from sqlalchemy import ForeignKeyConstraint, Index, MetaData, Table
from sqlmodel import SQLModel

from routers.schemas.field_types import split_optional
from routers.tables.column_types import column_metadata, replace_column_metadata
from routers.tables.table_error import TableError

_PENDING = "routers.foreign_keys"
"""The key in `Table.info` of the relations whose target is not declared yet."""

_ON_DELETE = {None, "RESTRICT", "CASCADE"}


@dataclass(frozen=True)
class Relation:
    """What a field declares about other rows.

    Attributes:
        target: The table that it refers to, by id; None for no reference.
        on_delete: What happens when the target is deleted: None and RESTRICT refuse, CASCADE follows.
        unique: No two rows of an owner have the same value.
        index: The column has an index.
    """

    target: str | None
    on_delete: str | None
    unique: bool
    index: bool


def relation_of(field: FieldInfo) -> Relation | None:
    """Return what `take_relations` found in a field."""
    return next((each for each in field.metadata if isinstance(each, Relation)), None)


def take_relations(model: type[SQLModel]) -> None:
    """Move the relations of fields out of SQLModel's metadata: it would leave the owner out.

    Raises:
        TableError: the relation is not possible between owned rows.
    """
    for name, field in model.model_fields.items():
        metadata = column_metadata(field)
        target, _, column = (_defined(metadata.foreign_key) or "").rpartition(".")
        relation = Relation(
            target or column or None,
            _defined(metadata.ondelete),
            metadata.unique is True,
            metadata.index is True,
        )
        if relation == Relation(None, None, unique=False, index=False):
            continue
        if relation.target and (column != "id" or split_optional(field.annotation)[0] is not UUID):
            raise TableError(f"{model.__name__}.{name} must be a UUID that refers to {relation.target}.id.")
        if relation.on_delete == "SET NULL":
            raise TableError(
                f'{model.__name__}.{name}: ondelete="SET NULL" would change rows without a new version, so '
                "their ETags would be wrong. Use RESTRICT, and delete by a custom route instead of the "
                f"generated operation: update_where(..., {name}=None), then delete, in one transaction()."
            )
        if relation.on_delete not in _ON_DELETE:
            raise TableError(f"{model.__name__}.{name}: ondelete must be RESTRICT or CASCADE.")
        plain = dataclasses.replace(
            metadata, foreign_key=PydanticUndefined, ondelete=PydanticUndefined, unique=False, index=False
        )
        replace_column_metadata(field, plain)
        field.metadata.append(relation)


def _defined(value: Any) -> Any:
    return None if value is PydanticUndefined else value


def refer(table: Table, column: str, relation: Relation) -> None:
    """Add a foreign key to a table that may be declared later."""
    table.info.setdefault(_PENDING, {})[column] = relation
    resolve(table.metadata)


def resolve(metadata: MetaData) -> None:
    """Create the pending foreign keys whose targets are declared by now."""
    for table in metadata.tables.values():
        pending: dict[str, Relation] = table.info.get(_PENDING, {})
        for column, relation in list(pending.items()):
            target = metadata.tables.get(relation.target or "")
            if target is not None:
                del pending[column]
                _add_foreign_key(table, column, target, relation.on_delete)
        if not pending:  # or Alembic would write it into the migration
            table.info.pop(_PENDING, None)


def _add_foreign_key(table: Table, column: str, target: Table, on_delete: str | None) -> None:
    owner = ["owner_id"] if "owner_id" in target.c else []
    key = [*owner, column]
    target_key = [target.c[name] for name in (*owner, "id")]
    table.append_constraint(ForeignKeyConstraint(key, target_key, ondelete=on_delete))
    # For the search of rows that refer to a deleted one.
    Index(None, table.c.owner_id, table.c[column])


def unresolved(table: Table) -> Iterator[str]:
    """Yield an error for each reference to a table that is not declared."""
    pending: dict[str, Relation] = table.info.get(_PENDING, {})
    targets = {column: relation.target or "" for column, relation in pending.items()}
    for key in table.foreign_keys:
        targets.setdefault(key.parent.name, key.target_fullname.rpartition(".")[0])
    for column, target in targets.items():
        if target not in table.metadata.tables:
            yield (
                f"{column} refers to the table {target}, which no model declares: "
                "correct its name, or import its model."
            )


def check_foreign_keys(model: str, table: Table) -> None:
    """Check that the foreign keys of `__table_args__` and of columns are like those of `Field`.

    Raises:
        TableError: one lacks the owner, or the error for its violation could not be explained to clients.
    """
    for constraint in _foreign_keys(table):
        *owner, column = constraint.column_keys
        target = [key.target_fullname.rpartition(".")[2] for key in constraint.elements]
        has_owner = (owner, target) == (["owner_id"], ["owner_id", "id"]) or "owner_id" not in table.c
        if not has_owner or constraint.ondelete not in _ON_DELETE or constraint.deferrable:
            raise TableError(
                f"{model}.{column}: its foreign key is none that the API supports: "
                f'write {column}: UUID = Field(foreign_key="thing.id").'
            )


def references(table: Table) -> dict[str, ForeignKeyConstraint]:
    """Return the foreign keys of a table, by the column that refers."""
    return {constraint.column_keys[-1]: constraint for constraint in _foreign_keys(table)}


def referring(table: Table) -> list[ForeignKeyConstraint]:
    """Return the foreign keys of all tables that refer to this one."""
    others = sorted(table.metadata.tables.items())
    return [each for _, other in others for each in _foreign_keys(other) if each.referred_table is table]


def _foreign_keys(table: Table) -> list[ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda constraint: constraint.column_keys[-1])
