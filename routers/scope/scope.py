"""One owner's view of one table: the only way to its rows."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from routers.database.database import Statement
from routers.database.result import Rows
from routers.database.statement import compile_statement
from routers.exceptions import NotFound
from routers.queries.conflicts import explain
from routers.queries.expressions import split_changes
from routers.queries.merge_patch import merge_steps
from routers.queries.ownership import OwnerId
from routers.queries.preconditions import Preconditions
from routers.queries.violations import Written, immutable_error
from routers.resource.resource import Resource
from routers.schemas.read_row import ReadT
from routers.scope.bulk_scope import BulkScope, value_parameters
from routers.scope.constraint_errors import DELETION, Write
from routers.scope.owner_statements import compile_for_owner
from routers.scope.unit_of_work import UnitOfWork

NO_PARAMETERS: Mapping[str, Any] = MappingProxyType({})


class Scope(BulkScope[ReadT]):
    """One owner's view of one table. Rows of other owners do not exist for its methods.

    It adds writing to `ReadScope`: each method executes one atomic statement in one round trip. The
    preconditions of the request (`If-Match`, `If-None-Match`) apply to the first change of the row that the
    path of the request identifies, not to the methods that write many rows.

    `create`, `put` and `update` raise `InvalidRequest` if a reference points to no row of this owner or a
    CHECK constraint is violated, and `Conflict` if a unique value is already in use.
    """

    def __init__(
        self,
        resource: Resource[ReadT],
        owner: OwnerId,
        unit: UnitOfWork,
        preconditions: Preconditions = Preconditions.NONE,
        make_row: Callable[[Sequence[Any]], ReadT] | None = None,
    ) -> None:
        """Bind the owner, the unit of work and the preconditions of the request.

        `make_row` builds what methods return.
        """
        super().__init__(resource, owner, unit, preconditions, make_row)

    async def create(self, **values: Any) -> ReadT:
        """Create a row under a new id; omitted columns get the defaults of the create schema."""
        values = self._with_defaults(values)
        statement = self._statements.create(frozenset(values))
        (row,) = await self._write(statement, values, Write(values), row_id=uuid7())
        return self._make_row(row)

    async def put(self, row_id: UUID, /, **values: Any) -> tuple[ReadT, bool]:
        """Create or replace the row with this id; return it, and whether it was created.

        Raises:
            PreconditionFailed: the row does not meet the preconditions of the request.
            Conflict: the row has another value of a write-once member.
        """
        preconditions = self._preconditions_of(row_id)
        values = self._with_defaults(values)
        statement = self._put_statement(preconditions, frozenset(values))
        if statement is not None:
            rows = await self._write(
                statement, values, Write(values), row_id=row_id, **preconditions.parameters
            )
            for row in rows:
                self._clear_met(preconditions)
                if preconditions.must_exist:  # an update, which returns no `was_created`
                    return self._make_row(row), False
                return self._make_row(row[:-1]), row[-1]
        if not preconditions.any:
            raise immutable_error()
        raise await self._explain(row_id, values, Write(values), creating=True)

    def _put_statement(self, preconditions: Preconditions, columns: frozenset[str]) -> Any:
        if preconditions.must_exist and preconditions.must_not_exist:
            return None
        if preconditions.must_exist:
            return self._statements.replace(columns, preconditions.conditions)
        if preconditions.must_not_exist:
            return self._statements.create_at(columns)
        return self._statements.put(columns, preconditions.conditions)

    async def update(self, row_id: UUID, /, **changes: Any) -> ReadT:
        """Change columns of one row, each to a value or by an SQL expression over the row's columns.

        Without changes, the row is returned as it is, its version included. An object replaces the value of a
        JSON column; `merge` changes its members.

        Raises:
            NotFound: the owner has no such row.
            PreconditionFailed: the row does not meet the preconditions of the request.
            TypeError: a column cannot be written, or an expression could reach rows of other owners.
        """
        return await self._update(row_id, changes, NO_PARAMETERS)

    async def merge(self, row_id: UUID, /, **changes: Any) -> ReadT:
        """Change columns of one row like `update`, but merge objects into JSON columns (RFC 7396).

        In such an object, null removes a member.

        Raises:
            NotFound: the owner has no such row.
            PreconditionFailed: the row does not meet the preconditions of the request.
            TypeError: a column cannot be written, or an expression could reach rows of other owners.
        """
        patches = {name: value for name, value in changes.items() if isinstance(value, dict)}
        return await self._update(row_id, changes, patches)

    async def _update(self, row_id: UUID, changes: Mapping[str, Any], patches: Mapping[str, Any]) -> ReadT:
        self._check_writable(changes, self._resource.changeable)
        if not changes:
            return await self._unchanged(row_id)
        clauses, values = split_changes({name: each for name, each in changes.items() if name not in patches})
        statement, provided = self._update_statement(
            clauses, frozenset(values), frozenset(patches), self._preconditions_of(row_id)
        )
        steps = value_parameters({name: merge_steps(patch) for name, patch in patches.items()})
        parameters = {**provided, **steps}
        write = Write({*values, *patches}, clauses)
        rows = await self._change(statement, row_id, values, write, parameters)
        return self._make_row(rows[0])

    def _update_statement(
        self,
        clauses: Mapping[str, Any],
        columns: frozenset[str],
        patched: frozenset[str],
        preconditions: Preconditions,
    ) -> tuple[Statement, Mapping[str, Any]]:
        if not clauses:
            return self._if_met(self._statements.update(columns, patched), preconditions), NO_PARAMETERS
        return compile_for_owner(
            (self._statements, tuple(clauses), columns, patched, preconditions.conditions),
            list(clauses.values()),
            lambda: self._if_met(self._statements.update_by(clauses, columns, patched), preconditions),
        )

    def _if_met(self, statement: Any, preconditions: Preconditions) -> Any:
        return self._statements.where(statement, preconditions.conditions) if preconditions.any else statement

    async def delete(self, row_id: UUID, /) -> None:
        """Delete one row, and the rows that its deletion cascades to.

        Raises:
            NotFound: the owner has no such row.
            PreconditionFailed: the row does not meet the preconditions of the request.
            Conflict: other rows refer to it.
        """
        statement = self._if_met(self._statements.delete, self._preconditions_of(row_id))
        await self._change(statement, row_id, {}, DELETION)

    async def _change(
        self,
        statement: Statement,
        row_id: UUID,
        values: Mapping[str, Any],
        write: Write,
        parameters: Mapping[str, Any] = NO_PARAMETERS,
    ) -> Rows:
        """Change one row if it meets the preconditions; only a failure costs a second query."""
        preconditions = self._preconditions_of(row_id)
        if not preconditions.must_not_exist and (
            rows := await self._write(
                statement, values, write, row_id=row_id, **preconditions.parameters, **parameters
            )
        ):
            self._clear_met(preconditions)
            return rows
        if preconditions.depend_on_version:
            raise await self._explain(row_id, values, write)
        raise NotFound

    async def _unchanged(self, row_id: UUID) -> ReadT:
        row = await self.get(row_id)
        preconditions = self._preconditions_of(row_id)
        if not preconditions.met_by(row.version):
            raise preconditions.failure()
        return row

    async def _explain(
        self, row_id: UUID, values: Mapping[str, Any], write: Write, *, creating: bool = False
    ) -> Exception:
        """Return the error for a write without effect."""
        statements = self._statements
        query = (
            statements.delete_conflicts if write.deletes else statements.update_conflicts(frozenset(values))
        )
        # Compiled without the limits for custom routes, since it contains the SQL text of constraints.
        compiled = compile_statement(query)
        (row,) = await self._fetch(compiled, write, row_id=row_id, **value_parameters(values))
        conflicts = dict(zip(query.exported_columns.keys(), row, strict=True))
        written = Written(statements.table, self._resource.members, values)
        error = explain(conflicts, written, creating=creating)
        return error or self._preconditions_of(row_id).failure()

    def _clear_met(self, preconditions: Preconditions) -> None:
        if preconditions.any:
            self.preconditions = Preconditions.NONE

    def _preconditions_of(self, row_id: UUID) -> Preconditions:
        """Return the preconditions that apply to this row; once met, there are none."""
        return self.preconditions if self.preconditions.apply_to(row_id) else Preconditions.NONE
