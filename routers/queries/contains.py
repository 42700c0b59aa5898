"""The filter by the items of a JSON array."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import GenericAlias
from typing import Annotated, Any, get_origin

from pydantic import Field
from pydantic.fields import FieldInfo
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import JSONB

from routers.queries.derived_members import Columns
from routers.queries.filters import MAX_VALUES, Parameter, filter_bind
from routers.schemas.field_metadata import UnsupportedTypeError
from routers.schemas.field_types import split_optional, value_types


@dataclass(frozen=True)
class Contains:
    """Return only rows whose list contains all of these values: `?tags=red&tags=blue`.

    A GIN index on the column serves it.
    """

    column: str
    parameter: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it filters by."""
        return (self.column,)

    def parameters(self, columns: Columns, fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """Yield one parameter, by default named like the column, that can be repeated."""
        python_type, _ = split_optional(fields[self.column].annotation)
        value = value_types(python_type) if get_origin(python_type) is list else None
        if value is None:
            raise UnsupportedTypeError(f"{self.column} is no list of one type: declare it as list[str]")
        values: Any = GenericAlias(list, (value.query,))
        annotation = Annotated[values, Field(min_length=1, max_length=MAX_VALUES)]
        name = self.parameter or self.column
        condition: Any = columns[self.column].op("@>")(bindparam(filter_bind(name), type_=JSONB()))
        description = f"Return only rows whose `{self.column}` contains all of these values."
        yield Parameter(name, annotation, description, condition)
