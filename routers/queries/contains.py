"""The filter by the items of a JSON array."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_origin

from pydantic.fields import FieldInfo
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import JSONB

from routers.queries.derived_members import Columns
from routers.queries.filters import ColumnFilter, Parameter, filter_bind, repeated
from routers.schemas.field_types import split_optional, value_types


@dataclass(frozen=True)
class Contains(ColumnFilter):
    """Return only rows whose list contains all of these values: `?tags=red&tags=blue`.

    A GIN index on the column serves it.
    """

    parameter: str | None = None

    def parameters(self, columns: Columns, fields: Mapping[str, FieldInfo], /) -> Iterator[Parameter]:
        """Yield one parameter, by default named like the column, that can be repeated."""
        python_type, _ = split_optional(fields[self.column].annotation)
        value = value_types(python_type) if get_origin(python_type) is list else None
        if value is None:
            raise TypeError(f"{self.column} is no list of one type: declare it as list[str].")
        name = self.parameter or self.column
        condition: Any = columns[self.column].op("@>")(bindparam(filter_bind(name), type_=JSONB()))
        description = f"Return only rows whose `{self.column}` contains all of these values."
        yield Parameter(name, repeated(value.query), description, condition)
