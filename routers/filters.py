"""What a list can be narrowed by: declared per resource, each a documented query parameter."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from pydantic import Field
from pydantic.fields import FieldInfo
from sqlalchemy import ColumnElement, Table, bindparam, or_

from routers.types import TEXT, in_query, split_optional

LONGEST_SEARCH = 200
"""Characters in a text to search for."""


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
class Equals:
    """Keep the rows whose column has the given value."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        return (self.column,)

    def parameters(self, table: Table, fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """One, named like the column."""
        column = table.c[self.column]
        condition: Any = column == _bind(self.column, column)
        yield Parameter(
            self.column, _kind(fields, self.column), f"Only rows with this `{self.column}`.", condition
        )


@dataclass(frozen=True)
class Range:
    """Keep the rows whose column is in a half-open range: from its lower end, up to but not its upper."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        return (self.column,)

    def parameters(self, table: Table, fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """Two: `created_at` becomes `created_from` and `created_to`."""
        column, kind = table.c[self.column], _kind(fields, self.column)
        stem = self.column.removesuffix("_at")
        start, end = f"{stem}_from", f"{stem}_to"
        from_there: Any = column >= _bind(start, column)
        until_there: Any = column < _bind(end, column)
        yield Parameter(start, kind, f"Only rows whose `{self.column}` is this or later.", from_there)
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
        sought = _bind(self.parameter, table.c[self.columns[0]])
        condition = or_(*(table.c[column].ilike(sought, escape="\\") for column in self.columns))
        names = " or ".join(f"`{column}`" for column in self.columns)
        description = f"Only rows with this text in {names}, in upper or lower case."
        yield Parameter(self.parameter, kind, description, condition, _containing)


def narrow(parameter: str) -> str:
    """The name of the bind parameter that holds a query parameter's value."""
    return f"filter__{parameter}"


def _bind(parameter: str, column: Any) -> Any:
    return bindparam(narrow(parameter), type_=column.type)


def _kind(fields: Mapping[str, FieldInfo], column: str) -> Any:
    kind, _ = split_optional(fields[column].annotation)
    return in_query(kind)


def _containing(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
