"""One owner's view of one table: the only way to its rows."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Executable
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from routers.database.result import Rows
from routers.exceptions import NotFound
from routers.queries.conflicts import explain, immutable_error
from routers.queries.expressions import is_expression
from routers.queries.ownership import OwnerId
from routers.queries.preconditions import Preconditions
from routers.queries.statements import value_bind
from routers.resource.resource import Resource
from routers.schemas.read_row import ReadT
from routers.scope.constraint_errors import constraint_error
from routers.scope.read_scope import ReadScope
from routers.scope.unit_of_work import UnitOfWork

NO_PARAMETERS: Mapping[str, Any] = MappingProxyType({})


class Scope(ReadScope[ReadT]):
    """One owner's view of one table. Rows of other owners do not exist for its methods.

    It adds writing to `ReadScope`: each method executes one atomic statement in one round trip. The
    preconditions of the request (`If-Match`, `If-None-Match`) apply to the first change of the row that the
    path of the request identifies.

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
        (row,) = await self._write(self._statements.create(frozenset(values)), values, row_id=uuid7())
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
            rows = await self._write(statement, values, row_id=row_id, **preconditions.parameters)
            for row in rows:
                self._clear_met(preconditions)
                if preconditions.must_exist:  # an update, which returns no `was_created`
                    return self._make_row(row), False
                return self._make_row(row[:-1]), row[-1]
        if not preconditions.any:
            raise immutable_error()
        raise await self._explain(row_id, values, creating=True)

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

        Without changes, the row is returned as it is, its version included.

        Raises:
            NotFound: the owner has no such row.
            PreconditionFailed: the row does not meet the preconditions of the request.
            TypeError: a column cannot be written, or an expression reaches beyond the row.
        """
        self._check_writable(changes, self._resource.changeable)
        if not changes:
            return await self._unchanged(row_id)
        if any(map(is_expression, changes.values())):
            statement, parameters = self._statements.update_by(changes)
            rows = await self._change(statement, row_id, {}, parameters)
        else:
            rows = await self._change(self._statements.update(frozenset(changes)), row_id, changes)
        return self._make_row(rows[0])

    async def delete(self, row_id: UUID, /) -> None:
        """Delete one row, and the rows that its deletion cascades to.

        Raises:
            NotFound: the owner has no such row.
            PreconditionFailed: the row does not meet the preconditions of the request.
            Conflict: other rows refer to it.
        """
        await self._change(self._statements.delete, row_id, None)

    async def _change(
        self,
        statement: Any,
        row_id: UUID,
        values: Mapping[str, Any] | None,
        parameters: Mapping[str, Any] = NO_PARAMETERS,
    ) -> Rows:
        """Change one row if it meets the preconditions; only a failure costs a second query."""
        preconditions = self._preconditions_of(row_id)
        if preconditions.any:
            statement = self._statements.where(statement, preconditions.conditions)
        if not preconditions.must_not_exist and (
            rows := await self._write(
                statement, values, row_id=row_id, **preconditions.parameters, **parameters
            )
        ):
            self._clear_met(preconditions)
            return rows
        if preconditions.depend_on_version:
            raise await self._explain(row_id, values)
        raise NotFound

    async def _unchanged(self, row_id: UUID) -> ReadT:
        row = await self.get(row_id)
        preconditions = self._preconditions_of(row_id)
        if not preconditions.met_by(row.version):
            raise preconditions.failure()
        return row

    async def _explain(
        self, row_id: UUID, values: Mapping[str, Any] | None, *, creating: bool = False
    ) -> Exception:
        """Return the error for a write without effect."""
        if values is None:
            query = self._statements.delete_conflicts
            (row,) = await self._fetch(query, row_id=row_id)
        else:
            query = self._statements.update_conflicts(frozenset(values))
            (row,) = await self._fetch(query, row_id=row_id, **_value_parameters(values))
        conflicts = dict(zip(query.exported_columns.keys(), row, strict=True))
        error = explain(conflicts, self._statements.table, creating=creating)
        return error or self._preconditions_of(row_id).failure()

    async def _write(
        self, statement: Executable, values: Mapping[str, Any] | None, **parameters: Any
    ) -> Rows:
        try:
            return await self._fetch(statement, **_value_parameters(values or {}), **parameters)
        except IntegrityError as error:
            if problem := constraint_error(error, self._statements.table, deleting=values is None):
                raise problem from error
            raise

    def _clear_met(self, preconditions: Preconditions) -> None:
        if preconditions.any:
            self.preconditions = Preconditions.NONE

    def _preconditions_of(self, row_id: UUID) -> Preconditions:
        """Return the preconditions that apply to this row; once met, there are none."""
        return self.preconditions if self.preconditions.apply_to(row_id) else Preconditions.NONE

    def _with_defaults(self, values: Mapping[str, Any]) -> dict[str, Any]:
        self._check_writable(values, self._resource.writable)
        return {**self._resource.defaults(), **values}

    def _check_writable(self, values: Mapping[str, Any], writable: AbstractSet[str]) -> None:
        if unknown := set(values) - writable:
            names, known = ", ".join(sorted(unknown)), ", ".join(sorted(writable))
            raise TypeError(f"{names} cannot be written here; these can: {known or 'none'}.")


def _value_parameters(values: Mapping[str, Any]) -> dict[str, Any]:
    return {value_bind(name): value for name, value in values.items()}
