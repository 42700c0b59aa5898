"""Validate the constraints of a table: their violations can be explained, and reveal no rows of others."""

from collections.abc import Iterator

from sqlalchemy import Constraint, Index, String, Table
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from routers.schemas.field_types import database_type
from routers.tables.row_constraints import (
    EQUAL,
    Unique,
    check_constraints,
    columns_in,
    columns_of,
    ignores_case,
    keys_of,
    uniques,
)


def constraint_errors(table: Table) -> Iterator[str]:
    """Yield what is wrong with the constraints and indexes of a table."""
    for unique in uniques(table):
        yield from _unique_errors(table, unique)
    for constraint in (*uniques(table), *check_constraints(table)):
        yield from _detail_errors(constraint)


def _unique_errors(table: Table, unique: Unique) -> Iterator[str]:
    for column in unique.columns:
        if column.name not in table.c:
            yield f"{unique.name} has {column.name}, which is not a column: correct the name."
    if "owner_id" in table.c and ("owner_id", EQUAL) not in keys_of(unique):
        names = ", ".join(column.name for column in columns_of(table, unique)) or unique.name
        key = '("owner_id", "=")' if isinstance(unique, ExcludeConstraint) else "owner_id"
        yield f"{names} is unique over all owners, which reveals what others have: add {key}."
    for key, _ in keys_of(unique):
        others = [each.name for each in columns_in(table, key) if not isinstance(database_type(each), String)]
        if others and ignores_case(key):
            yield f"{unique.name} ignores the case of {others[0]}, which is no text: use UniqueConstraint."


def _detail_errors(constraint: Constraint | Index) -> Iterator[str]:
    detail = constraint.info.get("detail", "A sentence.")
    if not isinstance(detail, str) or not detail.strip():
        yield f'the detail of {constraint.name} is not a sentence: write info={{"detail": "..."}}.'
