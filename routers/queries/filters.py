"""The filters of a list: each adds query parameters, and a SQL condition for each of them."""

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import GenericAlias
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field
from pydantic.fields import FieldInfo
from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Numeric,
    String,
    bindparam,
    func,
    or_,
)

from routers.queries.derived_members import Columns
from routers.schemas.field_formats import TEXT, QueryBool
from routers.schemas.field_types import database_type, field_types

MAX_SEARCH_LENGTH = 200
"""Maximum number of characters of a search."""

MAX_VALUES = 100
"""Maximum number of values of a parameter that can be repeated."""

Bound = Literal["gt", "gte", "lt", "lte"]
"""A bound of `Range`: greater than, greater than or equal, less than, less than or equal."""

_COMPARISONS: dict[Bound, tuple[str, Callable[[Any, Any], Any]]] = {
    "gt": ("greater than", operator.gt),
    "gte": ("at least", operator.ge),
    "lt": ("less than", operator.lt),
    "lte": ("at most", operator.le),
}
_LOWER: tuple[Bound, Bound] = "gt", "gte"
_UPPER: tuple[Bound, Bound] = "lt", "lte"

_ORDERED = (Integer, Float, Numeric, Date, DateTime)


@dataclass(frozen=True)
class Parameter:
    """A query parameter of a filter.

    Attributes:
        name: The name of the parameter.
        annotation: Its exact type.
        description: Its description in the OpenAPI document.
        condition: The SQL condition that it adds; the value is the bind parameter `filter_bind(name)`.
        convert: Converts the parameter's value for the condition.
    """

    name: str
    annotation: Any
    description: str
    condition: ColumnElement[bool]
    convert: Callable[[Any], Any] = lambda value: value


class Filter(Protocol):
    """A declaration that adds query parameters to a list."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it filters by."""
        ...

    def parameters(self, columns: Columns, fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """Yield its query parameters, for these columns and the fields of the response schema.

        Raises:
            TypeError: a column's type does not suit the filter.
        """
        ...


@dataclass(frozen=True)
class ColumnFilter:
    """A filter by one column."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it filters by."""
        return (self.column,)


class Equals(ColumnFilter):
    """Return only rows whose column has this value: `?done=true`."""

    def parameters(self, columns: Columns, fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """Yield one parameter, named like the column."""
        column = columns[self.column]
        condition: Any = column == _bind(self.column, column.type)
        description = f"Return only rows with this `{self.column}`."
        yield Parameter(self.column, _query_type(fields, self.column, column), description, condition)


class OneOf(ColumnFilter):
    """Return only rows whose column has one of these values: `?colour=red&colour=blue`."""

    def parameters(self, columns: Columns, fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """Yield one parameter, named like the column, that can be repeated."""
        column = columns[self.column]
        annotation = repeated(_query_type(fields, self.column, column))
        condition: Any = column == func.any(_bind(self.column, ARRAY(column.type)))
        description = f"Return only rows with one of these values of `{self.column}`."
        yield Parameter(self.column, annotation, description, condition)


@dataclass(frozen=True, init=False)
class Range(ColumnFilter):
    """Return only rows whose column is within bounds: `?spent_on_gte=2026-01-01&spent_on_lt=2026-02-01`."""

    bounds: tuple[Bound, ...]

    def __init__(self, column: str, *bounds: Bound) -> None:
        """Offer a lower bound (`gt` or `gte`), an upper bound (`lt` or `lte`) or one of each."""
        object.__setattr__(self, "column", column)
        object.__setattr__(self, "bounds", bounds)

    def parameters(self, columns: Columns, fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """Yield one parameter for each bound, e.g. `created_at_gte` and `created_at_lt`.

        Raises:
            TypeError: the column has no order; there is no bound, an unknown one, or two lower or upper ones.
        """
        column = columns[self.column]
        if not isinstance(database_type(column), _ORDERED):
            raise TypeError(
                f"{self.column} is no number, date or timestamp, so it has no range: use Equals or OneOf."
            )
        self._check_bounds()
        annotation = _query_type(fields, self.column, column)
        for bound in self.bounds:
            name = f"{self.column}_{bound}"
            words, compare = _COMPARISONS[bound]
            description = f"Return only rows whose `{self.column}` is {words} this."
            yield Parameter(name, annotation, description, compare(column, _bind(name, column.type)))

    def _check_bounds(self) -> None:
        lower, upper = (sum(each in kind for each in self.bounds) for kind in (_LOWER, _UPPER))
        if max(lower, upper) != 1 or lower + upper < len(self.bounds):
            raise TypeError(
                f'the Range of {self.column} needs a lower bound ("gt" or "gte"), an upper bound ("lt" or '
                f'"lte") or one of each: write Range("{self.column}", "gte", "lt").'
            )


class Has(ColumnFilter):
    """Return only rows that have a value in the column, or only those that have none: `?has_note=false`."""

    def parameters(self, columns: Columns, _fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """Yield one parameter, e.g. `has_note` for `note`."""
        name = f"has_{self.column}"
        condition: Any = columns[self.column].is_not(None) == _bind(name, Boolean())
        description = f"Return only rows with a `{self.column}` (`true`), or only rows without (`false`)."
        yield Parameter(name, QueryBool, description, condition)


@dataclass(frozen=True, init=False)
class Search:
    """Return only rows that contain this text in one of the columns, ignoring case: `?q=milk`."""

    columns: tuple[str, ...]
    parameter: str

    def __init__(self, *columns: str, parameter: str = "q") -> None:
        """Search these columns."""
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "parameter", parameter)

    def parameters(self, columns: Columns, _fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """Yield one parameter, in which the wildcards of LIKE have no special meaning."""
        annotation = Annotated[str, Field(min_length=1, max_length=MAX_SEARCH_LENGTH, pattern=TEXT)]
        for name, column in ((name, columns[name]) for name in self.columns):
            if not isinstance(database_type(column), String) or isinstance(column.type, Enum):
                raise TypeError(f"{name} is no text, so it cannot be searched: drop it from Search.")
        pattern = _bind(self.parameter, columns[self.columns[0]].type)
        condition = or_(*(columns[column].ilike(pattern, escape="\\") for column in self.columns))
        names = " or ".join(f"`{column}`" for column in self.columns)
        description = f"Return only rows that contain this text in {names}, ignoring case."
        yield Parameter(self.parameter, annotation, description, condition, _like_pattern)


def repeated(value_type: Any) -> Any:
    """Return the type of a query parameter that can be repeated, for these values."""
    values: Any = GenericAlias(list, (value_type,))
    return Annotated[values, Field(min_length=1, max_length=MAX_VALUES)]


def filter_bind(parameter: str) -> str:
    """Return the name of the bind parameter for a query parameter."""
    return f"filter__{parameter}"


def _bind(parameter: str, column_type: Any) -> Any:
    return bindparam(filter_bind(parameter), type_=column_type)


def _query_type(fields: Mapping[str, FieldInfo], name: str, column: ColumnElement[Any]) -> Any:
    annotation = field_types(fields[name], column).query
    if annotation is None:
        raise TypeError(f"{name} contains JSON, which is no query parameter: use Contains for a list.")
    return annotation


def _like_pattern(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
