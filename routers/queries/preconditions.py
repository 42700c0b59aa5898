"""The conditions under which a caller wants its request carried out (RFC 9110 section 13)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, Table, bindparam, func
from starlette.requests import Request

from routers.api.validation_errors import Violation
from routers.exceptions import InvalidRequest

LONGEST_LIST = 8192
"""Characters in a list of entity tags."""

_HEADERS = {b"if-match", b"if-none-match"}
_SPACE = " \t"
_TAG = re.compile(r'(?:W/)?"[^"]*"')
_OURS = re.compile(r'(W/)?"([1-9][0-9]{0,9})"')
_LARGEST_VERSION = 2**31 - 1


def etag(version: int) -> str:
    """The strong validator of a row's state."""
    return f'"{version}"'


class Asked(NamedTuple):
    """The questions to an existing row, asked inside the statement that changes it."""

    match: bool = False
    none_match: bool = False

    def conditions(self, table: Table) -> Iterator[ColumnElement[bool]]:
        """Them as SQL, for the parameters of the preconditions."""
        versions: Any = ARRAY(Integer)
        if self.match:
            yield table.c.version == func.any(bindparam("if_match", type_=versions))
        if self.none_match:
            yield table.c.version != func.all(bindparam("if_none_match", type_=versions))


@dataclass(frozen=True)
class Preconditions:
    """`If-Match` and `If-None-Match`, read as versions of a row.

    Attributes:
        match: The versions that may be changed; None where any may.
        none_match: The versions that may not; None where any may.
        must_exist: `If-Match` was sent: the row has to be there.
        must_not_exist: `If-None-Match: *` was sent: it must not.
        row: The id of the row that they are about, as the path has it; None: whichever is changed.
    """

    match: frozenset[int] | None = None
    none_match: frozenset[int] | None = None
    must_exist: bool = False
    must_not_exist: bool = False
    row: str | None = None

    NONE: ClassVar["Preconditions"]

    @classmethod
    def of(cls, request: Request, id_parameter: str) -> "Preconditions":
        """Read a request's headers; what is no entity tag of ours matches no row.

        Raises:
            InvalidRequest: a list is longer than documented.
        """
        if not any(name in _HEADERS for name, _ in request.scope["headers"]):
            return cls.NONE
        match = request.headers.getlist("if-match")
        none_match = request.headers.getlist("if-none-match")
        _refuse_long({"If-Match": match, "If-None-Match": none_match})
        anything = [tag.strip(_SPACE) for tag in match] == ["*"]
        return cls(
            match=_versions(match, weak=False) if match and not anything else None,
            none_match=_versions(none_match, weak=True),
            must_exist=bool(match),
            must_not_exist="*" in (tag.strip(_SPACE) for tag in none_match),
            row=request.path_params.get(id_parameter),
        )

    def are_about(self, row_id: UUID) -> bool:
        """Whether they ask something of this row."""
        return self.row is None or self.row == str(row_id)

    @property
    def any(self) -> bool:
        """Whether there is something to hold."""
        return self is not Preconditions.NONE

    @property
    def depend_on_state(self) -> bool:
        """Whether an existing row may fail them; one that is there always meets `If-Match: *`."""
        return self.match is not None or bool(self.none_match) or self.must_not_exist

    def hold_for(self, version: int) -> bool:
        """Whether a change of an existing row in this state may be carried out."""
        return self.match_holds_for(version) and not self.not_modified(version)

    def match_holds_for(self, version: int) -> bool:
        """Whether `If-Match` is met by an existing row in this state."""
        return self.match is None or version in self.match

    def not_modified(self, version: int) -> bool:
        """Whether the caller has said that it knows this state already."""
        return self.must_not_exist or version in (self.none_match or ())

    @property
    def asked(self) -> "Asked":
        """What is asked of an existing row, whatever the versions are."""
        return Asked(self.match is not None, bool(self.none_match))

    @property
    def parameters(self) -> dict[str, list[int]]:
        """The values for the conditions of `asked`."""
        return {
            "if_match": sorted(self.match or ()),
            "if_none_match": sorted(self.none_match or ()),
        }


Preconditions.NONE = Preconditions()


def _refuse_long(headers: dict[str, list[str]]) -> None:
    detail = f"This should have at most {LONGEST_LIST} characters."
    errors = [
        Violation(parameter=name, detail=detail)
        for name, values in headers.items()
        if len(", ".join(values)) > LONGEST_LIST
    ]
    if errors:
        raise InvalidRequest(errors)


def _versions(headers: list[str], *, weak: bool) -> frozenset[int]:
    """The versions in a list of entity tags; a weak tag is one of them where weak comparison is due."""
    tags = (tag for header in headers for tag in _TAG.finditer(header) if _stands_alone(tag))
    ours = (_OURS.fullmatch(tag[0]) for tag in tags)
    found = (int(tag[2]) for tag in ours if tag and (weak or not tag[1]))
    return frozenset(version for version in found if version <= _LARGEST_VERSION)


def _stands_alone(tag: re.Match[str]) -> bool:
    """Whether there is nothing but commas on both sides."""
    before, after = tag.string[: tag.start()].rstrip(_SPACE), tag.string[tag.end() :].lstrip(_SPACE)
    return before[-1:] in {"", ","} and after[:1] in {"", ","}
