"""The only door to an owner's rows: one owner's view of one table."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Executable
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from routers.database.database import Database
from routers.exceptions import NotFound, PreconditionFailed
from routers.queries.conflicts import fixed, judged, refusal
from routers.queries.expressions import is_expression
from routers.queries.preconditions import Preconditions
from routers.queries.statements import new
from routers.resource.resource import Resource
from routers.scope.access import OwnerId
from routers.scope.read_scope import ReadScope
from routers.tables.rows import ReadT

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Scope(ReadScope[ReadT]):
    """One owner's view of one table. What lies outside it is absent.

    Besides what a `ReadScope` does, it writes: each method is one statement, one round trip and atomic by
    itself. The preconditions of the request (`If-Match`, `If-None-Match`) are part of the first change of
    the row that its path names.

    Every method that writes raises `InvalidRequest` where a reference would point to nothing in this scope,
    and `Conflict` where a value that must be unique is taken.
    """

    def __init__(
        self,
        resource: Resource[ReadT],
        owner: OwnerId,
        database: Database,
        preconditions: Preconditions = Preconditions.NONE,
    ) -> None:
        """Bind the owner, once and for all, and what the request asks of the row that it addresses."""
        super().__init__(resource, owner, database, preconditions)

    async def create(self, **values: Any) -> ReadT:
        """Add a row under a new id; columns not named get the defaults of the create shape."""
        values = self._complete(values)
        (row,) = await self._write(self._statements.create(frozenset(values)), values, row_id=uuid7())
        return self._row(row)

    async def put(self, row_id: UUID, /, **values: Any) -> tuple[ReadT, bool]:
        """Create the row under this id, or replace what is there; True where it was created.

        Raises:
            PreconditionFailed: the row is there and must not be, is not and must, or has changed.
            Conflict: the row is there with another value of a write-once column.
        """
        wanted = self._wanted_of(row_id)
        values = self._complete(values)
        statement = self._putting(wanted, frozenset(values))
        if statement is not None:
            for row in await self._write(statement, values, row_id=row_id, **wanted.parameters):
                self._met(wanted)
                return self._row(row), not wanted.must_exist and row[-1]
        if not wanted.any:
            raise fixed()
        raise await self._verdict(row_id, values, creating=True)

    def _putting(self, wanted: Preconditions, columns: frozenset[str]) -> Any:
        if wanted.must_exist and wanted.must_not_exist:
            return None
        if wanted.must_exist:
            return self._statements.replace(columns, wanted.asked)
        if wanted.must_not_exist:
            return self._statements.create_at(columns)
        return self._statements.put(columns, wanted.asked)

    async def update(self, row_id: UUID, /, **changes: Any) -> ReadT:
        """Change columns of one row, each to a value or by an SQL expression over the row's columns.

        No change at all answers the row as it is, its version included.

        Raises:
            NotFound: this owner has no such row.
            PreconditionFailed: it is not in the state that the request asks for.
            TypeError: a column is not to be written, or an expression reaches beyond the row.
        """
        self._refuse_unwritable(changes, self._resource.changeable)
        if not changes:
            return await self._unchanged(row_id)
        if any(map(is_expression, changes.values())):
            statement, parameters = self._statements.update_by(changes)
            rows = await self._change(statement, row_id, {}, parameters)
        else:
            rows = await self._change(self._statements.update(frozenset(changes)), row_id, changes)
        return self._row(rows[0])

    async def delete(self, row_id: UUID, /) -> None:
        """Remove one row, and what is declared to go with it.

        Raises:
            NotFound: this owner has no such row.
            PreconditionFailed: it is not in the state that the request asks for.
            Conflict: others refer to it.
        """
        await self._change(self._statements.delete, row_id, None)

    async def _change(
        self,
        statement: Any,
        row_id: UUID,
        values: Mapping[str, Any] | None,
        parameters: Mapping[str, Any] = NOTHING,
    ) -> Any:
        """Change one row if its state allows; only where that failed is a second question asked."""
        wanted = self._wanted_of(row_id)
        if wanted.any:
            statement = self._statements.where(statement, wanted.asked)
        if not wanted.must_not_exist and (
            rows := await self._write(statement, values, row_id=row_id, **wanted.parameters, **parameters)
        ):
            self._met(wanted)
            return rows
        if wanted.depend_on_state:
            raise await self._verdict(row_id, values)
        raise NotFound

    async def _unchanged(self, row_id: UUID) -> ReadT:
        row = await self.get(row_id)
        if not self._wanted_of(row_id).hold_for(row.version):
            raise PreconditionFailed
        return row

    async def _verdict(
        self, row_id: UUID, values: Mapping[str, Any] | None, *, creating: bool = False
    ) -> Exception:
        """Why nothing was written."""
        if values is None:
            question = self._statements.deletion_verdict
            (facts,) = await self._fetch(question, row_id=row_id)
        else:
            question = self._statements.verdict(frozenset(values))
            (facts,) = await self._fetch(question, row_id=row_id, **_named(values))
        found = dict(zip(question.exported_columns.keys(), facts, strict=True))
        return judged(found, self._statements.table, creating=creating)

    async def _write(self, statement: Executable, values: Mapping[str, Any] | None, **others: Any) -> Any:
        try:
            return await self._fetch(statement, **_named(values or {}), **others)
        except IntegrityError as error:
            if refused := refusal(error, self._statements.table, deleting=values is None):
                raise refused from error
            raise

    def _met(self, wanted: Preconditions) -> None:
        if wanted.any:
            self.preconditions = Preconditions.NONE

    def _wanted_of(self, row_id: UUID) -> Preconditions:
        """The preconditions, as far as they are about this row; met once, they are met."""
        return self.preconditions if self.preconditions.are_about(row_id) else Preconditions.NONE

    def _complete(self, values: Mapping[str, Any]) -> dict[str, Any]:
        self._refuse_unwritable(values, self._resource.writable)
        return {**self._resource.defaults(), **values}

    def _refuse_unwritable(self, values: Mapping[str, Any], writable: AbstractSet[str]) -> None:
        if unknown := set(values) - writable:
            names, known = ", ".join(sorted(unknown)), ", ".join(sorted(writable))
            raise TypeError(f"{names}: a scope writes {known or 'nothing'} here.")


def _named(values: Mapping[str, Any]) -> dict[str, Any]:
    return {new(name): value for name, value in values.items()}
