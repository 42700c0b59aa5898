"""Writing many rows of one owner, each time by one statement."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import ColumnElement
from uuid_utils.compat import uuid7

from routers.database.database import Statement
from routers.database.result import Rows
from routers.exceptions import InvalidRequest
from routers.queries.bulk_statements import many_bind
from routers.queries.expressions import clause_of, split_changes
from routers.queries.statements import value_bind
from routers.schemas.problem import Violation
from routers.schemas.read_row import ReadT
from routers.scope.constraint_errors import DELETION, Write
from routers.scope.owner_statements import compile_for_owner
from routers.scope.read_scope import ReadScope

MAX_NEW_ROWS = 1000
"""Maximum number of rows that one statement creates."""


class BulkScope(ReadScope[ReadT]):
    """A view whose methods write many rows: all of them or, if one fails, none."""

    async def create_many(self, rows: Iterable[Mapping[str, Any]], /) -> list[ReadT]:
        """Create up to `MAX_NEW_ROWS` rows under new ids, and return them in the same order.

        Omitted columns get the defaults of the create schema.

        Raises:
            InvalidRequest: there are too many rows, a reference points to no row of this owner, or a CHECK
                constraint is violated.
            Conflict: a unique value is already in use.
            TypeError: a column cannot be written, or rows have different columns.
        """
        complete = [self._with_defaults(row) for row in rows]
        if not complete:
            return []
        if len(complete) > MAX_NEW_ROWS:
            detail = f"At most {MAX_NEW_ROWS} rows can be created at once."
            raise InvalidRequest([Violation(pointer="", detail=detail)])
        columns = frozenset(complete[0])
        if different := {name for row in complete for name in columns.symmetric_difference(row)}:
            raise TypeError(f"Some rows have no {', '.join(sorted(different))}: give it to all of them.")
        ids = [uuid7() for _ in complete]
        arrays = {many_bind(name): [row[name] for row in complete] for name in columns}
        arrays[many_bind("id")] = ids
        created = await self._write(self._statements.create_many(columns), {}, Write(columns), **arrays)
        by_id = {row.id: row for row in map(self._make_row, created)}
        return [by_id[row_id] for row_id in ids]

    async def update_where(self, condition: ColumnElement[bool], /, **changes: Any) -> int:
        """Change columns of the rows that meet a condition; return their number.

        The condition and the changes may be SQL expressions with subqueries, which read this owner's rows.

        Raises:
            InvalidRequest: a reference points to no row of this owner, or a CHECK constraint is violated.
            Conflict: a unique value is already in use.
            TypeError: a column cannot be written, or an expression could reach rows of other owners.
        """
        self._check_writable(changes, self._resource.changeable)
        if not changes:
            raise TypeError("There is nothing to change: pass columns, such as completed=True.")
        clauses, values = split_changes(changes)
        criterion, columns = clause_of(condition), frozenset(values)
        statement, provided = compile_for_owner(
            (self._statements, tuple(clauses), columns),
            [criterion, *clauses.values()],
            lambda: self._statements.update_where(criterion, clauses, columns),
        )
        ((count,),) = await self._write(statement, values, Write(values, clauses), **provided)
        return int(count)

    async def delete_where(self, condition: ColumnElement[bool], /) -> int:
        """Delete the rows that meet a condition, and those that their deletion cascades to.

        Returns:
            The number of rows of this resource.

        Raises:
            Conflict: other rows refer to one of them.
            TypeError: the condition could reach rows of other owners.
        """
        criterion = clause_of(condition)
        statement, provided = compile_for_owner(
            (self._statements, "delete"), [criterion], lambda: self._statements.delete_where(criterion)
        )
        ((count,),) = await self._write(statement, {}, DELETION, **provided)
        return int(count)

    async def _write(
        self, statement: Statement, values: Mapping[str, Any], write: Write, **parameters: Any
    ) -> Rows:
        """Execute a statement that changes rows, with these values of columns."""
        self._unit.written[self._statements.table] = self._resource
        return await self._fetch(statement, write, **value_parameters(values), **parameters)

    def _with_defaults(self, values: Mapping[str, Any]) -> dict[str, Any]:
        self._check_writable(values, self._resource.writable)
        return {**self._resource.defaults(), **values}

    def _check_writable(self, values: Mapping[str, Any], writable: AbstractSet[str]) -> None:
        if unknown := set(values) - writable:
            names, known = ", ".join(sorted(unknown)), ", ".join(sorted(writable))
            raise TypeError(f"{names} cannot be written here; these can: {known or 'none'}.")


def value_parameters(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the bind parameters of column values."""
    return {value_bind(name): value for name, value in values.items()}
