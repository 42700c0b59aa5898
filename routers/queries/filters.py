"""What a list can be narrowed by: declared per resource, each a documented query parameter."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import GenericAlias
from typing import Annotated, Any, Protocol

from pydantic import Field
from pydantic.fields import FieldInfo
from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Numeric,
    String,
    Table,
    bindparam,
    func,
    or_,
)

from routers.schemas.field_formats import TEXT
from routers.schemas.field_types import UnknownTypeError, form_of, plain_type

LONGEST_SEARCH = 200
"""Characters in a text to search for."""

MOST_VALUES = 100
"""Values that one of which a column may have."""


_ORDERED = (Integer, Float, Numeric, Date, DateTime)


@dataclass(frozen=True)
class Parameter:
    """One query parameter of a filter.

    Attributes:
        name: The parameter's name.
        kind: Its exact type.
        description: What it does, for the API's documentation.
        condition: The SQL condition that it adds when it is given, with its value as `narrow(name)`.
        value: What the condition needs, made from what was given.
    """

    name: str
    kind: Any
    description: str
    condition: ColumnElement[bool]
    value: Callable[[Any], Any] = lambda given: given


class Filter(Protocol):
    """Something that turns query parameters into conditions."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        ...

    def parameters(self, table: Table, fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """Its query parameters, for this table and the fields of its shape.

        Raises:
            UnknownTypeError: a column's type has no exact form in a query.
        """
        ...


@dataclass(frozen=True)
class _OfColumn:
    """A filter that looks at one column."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        return (self.column,)


class Equals(_OfColumn):
    """Keep the rows whose column has the given value."""

    def parameters(self, table: Table, fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """One, named like the column."""
        column = table.c[self.column]
        condition: Any = column == _bind(self.column, column.type)
        description = f"Only rows with this `{self.column}`."
        yield Parameter(self.column, _kind(fields, column), description, condition)


class OneOf(_OfColumn):
    """Keep the rows whose column has one of the given values: `?colour=red&colour=blue`."""

    def parameters(self, table: Table, fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """One, named like the column, that may be given several times."""
        column = table.c[self.column]
        values: Any = GenericAlias(list, (_kind(fields, column),))
        kind = Annotated[values, Field(min_length=1, max_length=MOST_VALUES)]
        condition: Any = column == func.any(_bind(self.column, ARRAY(column.type)))
        yield Parameter(self.column, kind, f"Only rows with one of these as `{self.column}`.", condition)


class Range(_OfColumn):
    """Keep the rows whose column is in a half-open range: from its lower end, up to but not its upper."""

    def parameters(self, table: Table, fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """Two: `created_at` becomes `created_from` and `created_to`; `due_on` and `price` alike."""
        column = table.c[self.column]
        if not isinstance(plain_type(column), _ORDERED):
            raise UnknownTypeError(f"{self.column} is no number, date or timestamp, and has no range")
        kind = _kind(fields, column)
        stem = self.column.removesuffix("_at").removesuffix("_on")
        start, end = f"{stem}_from", f"{stem}_to"
        from_there: Any = column >= _bind(start, column.type)
        until_there: Any = column < _bind(end, column.type)
        yield Parameter(start, kind, f"Only rows whose `{self.column}` is this or beyond.", from_there)
        yield Parameter(end, kind, f"Only rows whose `{self.column}` is before this.", until_there)


@dataclass(frozen=True, init=False)
class Search:
    """Keep the rows of which a text column contains the given text, in upper or lower case."""

    columns: tuple[str, ...]
    parameter: str

    def __init__(self, *columns: str, parameter: str = "q") -> None:
        """Search these columns."""
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "parameter", parameter)

    def parameters(self, table: Table, _fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """One, in which wildcards are characters like others."""
        kind = Annotated[str, Field(min_length=1, max_length=LONGEST_SEARCH, pattern=TEXT)]
        for column in map(table.c.__getitem__, self.columns):
            if not isinstance(plain_type(column), String) or isinstance(column.type, Enum):
                raise UnknownTypeError(f"{column.name} is no text, and only texts are searched")
        sought = _bind(self.parameter, table.c[self.columns[0]].type)
        condition = or_(*(table.c[column].ilike(sought, escape="\\") for column in self.columns))
        names = " or ".join(f"`{column}`" for column in self.columns)
        description = f"Only rows with this text in {names}, in upper or lower case."
        yield Parameter(self.parameter, kind, description, condition, _containing)


def narrow(parameter: str) -> str:
    """The name of the bind parameter that holds a query parameter's value."""
    return f"filter__{parameter}"


def _bind(parameter: str, kind: Any) -> Any:
    return bindparam(narrow(parameter), type_=kind)


def _kind(fields: Mapping[str, FieldInfo], column: Column[Any]) -> Any:
    kind = form_of(fields[column.name], column).query
    if kind is None:
        raise UnknownTypeError(f"{column.name} holds documents, which no query parameter is compared with")
    return kind


def _containing(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
