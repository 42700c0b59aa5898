"""The preconditions of a request, as conditions on the version of a row (RFC 9110 section 13)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, Table, bindparam, func

from routers.exceptions import PreconditionFailed


class VersionConditions(NamedTuple):
    """The preconditions that are part of a statement."""

    match: bool = False
    none_match: bool = False

    def clauses(self, table: Table) -> Iterator[ColumnElement[bool]]:
        """Yield the SQL conditions; `Preconditions.parameters` has their values."""
        versions: Any = ARRAY(Integer)
        if self.match:
            yield table.c.version == func.any(bindparam("if_match", type_=versions))
        if self.none_match:
            yield table.c.version != func.all(bindparam("if_none_match", type_=versions))


@dataclass(frozen=True)
class Preconditions:
    """`If-Match` and `If-None-Match`, as versions of a row.

    Attributes:
        match: The versions that match; None for any.
        none_match: The versions that must not match; None for none.
        must_exist: `If-Match` is present, so the row must exist.
        must_not_exist: `If-None-Match: *` is present, so the row must not exist.
        row: The id in the path, which the preconditions apply to; None: the row that is changed.
    """

    match: frozenset[int] | None = None
    none_match: frozenset[int] | None = None
    must_exist: bool = False
    must_not_exist: bool = False
    row: str | None = None

    NONE: ClassVar["Preconditions"]

    def apply_to(self, row_id: UUID) -> bool:
        """Check whether the preconditions are about this row."""
        return self.row is None or self.row == str(row_id)

    @property
    def any(self) -> bool:
        """Whether there are preconditions."""
        return self is not Preconditions.NONE

    @property
    def depend_on_version(self) -> bool:
        """Whether an existing row can fail them; every existing row meets `If-Match: *`."""
        return self.match is not None or bool(self.none_match) or self.must_not_exist

    def met_by(self, version: int) -> bool:
        """Check whether an existing row of this version may be changed."""
        return self.match_met_by(version) and not self.not_modified(version)

    def match_met_by(self, version: int) -> bool:
        """Check whether an existing row of this version meets `If-Match`."""
        return self.match is None or version in self.match

    def not_modified(self, version: int) -> bool:
        """Check whether `If-None-Match` lists this version."""
        return self.must_not_exist or version in (self.none_match or ())

    def failure(self) -> PreconditionFailed:
        """Return the error for a row that does not meet them."""
        if self.must_exist:
            return PreconditionFailed()
        return PreconditionFailed("The resource exists in a version that `If-None-Match` excludes.")

    @property
    def conditions(self) -> VersionConditions:
        """Which conditions the statement has, whatever the versions are."""
        return VersionConditions(self.match is not None, bool(self.none_match))

    @property
    def parameters(self) -> dict[str, list[int]]:
        """The parameters of `conditions`."""
        return {
            "if_match": sorted(self.match or ()),
            "if_none_match": sorted(self.none_match or ()),
        }


Preconditions.NONE = Preconditions()
