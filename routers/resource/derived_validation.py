"""Validate the derived members of a declaration."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from routers.queries.owner_compiler import OWNER_DIALECT, check_constructs
from routers.queries.ownership import OWNER
from routers.resource.declaration import Declaration


def derived_errors(declaration: Declaration[Any]) -> Iterator[str]:
    """Yield what is wrong with the derived members.

    Raises:
        TypeError: the value of one could reach rows of other owners.
    """
    columns = declaration.table.c
    for name in (each.member for each in declaration.derived):
        if name in columns:
            yield f"{name} is derived, but also a column: rename one of them."
        if name not in declaration.read.model_fields:
            yield f"{name} is derived, but not a member of read: add it there or drop it from derived."
        statement = select(columns.id, declaration.columns[name])
        if [table.description for table in statement.get_final_froms()] != [declaration.table.description]:
            yield f"{name} is derived from other tables outside of a subquery: return a SELECT of one value."
        check_constructs(statement)
        compiled: Any = statement.compile(dialect=OWNER_DIALECT)
        if declaration.public and OWNER.key in compiled.binds:
            yield f"{name} is derived from rows with owners, but everyone may read it: use public rows."
