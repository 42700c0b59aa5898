"""What a list can be narrowed by: declared per resource, each a documented query parameter."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Table, bindparam


@dataclass(frozen=True)
class Parameter:
    """One query parameter of a filter.

    Attributes:
        name: The parameter's name, which is also its bind parameter's.
        column: The column whose type the parameter has.
        description: What it does, for the API's documentation.
        condition: The SQL condition that it adds when it is given.
    """

    name: str
    column: str
    description: str
    condition: ColumnElement[bool]


class Filter(Protocol):
    """Something that turns query parameters into conditions."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        ...

    def parameters(self, table: Table) -> Iterator[Parameter]:
        """Its query parameters, with their conditions on this table."""
        ...


@dataclass(frozen=True)
class Equals:
    """Keep the rows whose column has the given value."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it looks at."""
        return (self.column,)

    def parameters(self, table: Table) -> Iterator[Parameter]:
        """One, named like the column."""
        column = table.c[self.column]
        condition: Any = column == bindparam(narrow(self.column), type_=column.type)
        yield Parameter(self.column, self.column, f"Only rows with this `{self.column}`.", condition)


def narrow(parameter: str) -> str:
    """The name of the bind parameter that holds a query parameter's value."""
    return f"filter__{parameter}"
