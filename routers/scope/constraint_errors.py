"""Map the violation of a constraint to the error of the operation."""

from typing import Any

from psycopg.errors import CheckViolation
from sqlalchemy import Constraint, ForeignKeyConstraint, Index, Table
from sqlalchemy.exc import IntegrityError

from routers.database.statement import DIALECT
from routers.exceptions import InvalidRequest, ProblemError
from routers.queries.conflicts import in_use_error, missing_target_error, referenced_error
from routers.schemas.problem import Violation
from routers.tables.constraints import uniques
from routers.tables.foreign_keys import references

_IDENTIFIERS: Any = DIALECT.identifier_preparer


def constraint_error(error: IntegrityError, table: Table, *, deleting: bool) -> ProblemError | None:
    """Return the error for the client; None for a constraint that no request should violate."""
    if deleting:
        return referenced_error()
    violated = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    constraints = {_name(each): each for each in (*references(table).values(), *uniques(table))}
    # By prefix: each shard of a distributed table adds a suffix of its own.
    for name in sorted(constraints, key=len, reverse=True):
        if violated.startswith(name):
            constraint = constraints[name]
            if isinstance(constraint, ForeignKeyConstraint):
                return missing_target_error(constraint.column_keys[-1])
            return in_use_error(constraint)
    if getattr(error.orig, "sqlstate", None) == CheckViolation.sqlstate:
        return InvalidRequest([Violation(pointer="", detail="The combination of values is not allowed.")])
    return None


def _name(constraint: Constraint | Index) -> str:
    """Return the name of a constraint in PostgreSQL, which may be truncated."""
    is_index = isinstance(constraint, Index)
    format_name = _IDENTIFIERS.format_index if is_index else _IDENTIFIERS.format_constraint
    return str(format_name(constraint)).strip('"')
