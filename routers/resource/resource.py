"""A resource: a validated declaration, with the schemas and statements derived from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import MISSING, BaseModel, TypeAdapter, ValidationError, create_model
from sqlalchemy.exc import SQLAlchemyError

from routers.exceptions import InvalidRequest
from routers.queries.bulk_statements import BulkStatements
from routers.queries.computed_columns import calculated_from
from routers.queries.filters import Parameter
from routers.queries.pagination import DEFAULT_LIMIT, MAX_LIMIT, Cursor, Page, cursor_type
from routers.queries.sorting import Sort, describe
from routers.resource.declaration import Declaration
from routers.resource.schema_validation import warn_of_rounding
from routers.resource.validation import validate
from routers.schemas.exact_models import register
from routers.schemas.field_formats import QueryBool, query_int
from routers.schemas.models import (
    ListQuery,
    create_schema,
    described,
    optional,
    page_schema,
    response_schema,
    update_schema,
)
from routers.schemas.problem import Violation
from routers.schemas.read_row import ReadT
from routers.schemas.response_encoder import ResponseEncoder, model_factory
from routers.tables.constraints import ensure_index
from routers.tables.foreign_keys import unresolved
from routers.tables.row_constraints import columns_of, uniques


class DeclarationError(TypeError):
    """A declaration that cannot be served; the message says how to fix it."""


@dataclass(frozen=True)
class Resource(Declaration[ReadT]):
    """A table behind an API: data to pass around, not a class to subclass.

    It takes the attributes of `Declaration`.

    Raises:
        DeclarationError: immediately, if it cannot be served.
    """

    def __post_init__(self) -> None:
        """Validate the declaration, and derive the rest now rather than at the first request."""
        try:
            validate(self)
            _ = self.response_schema, self.create_schema, self.update_schema, self.query_schema
            _ = self.statements, self.encoder
        except (TypeError, SQLAlchemyError) as error:
            raise DeclarationError(f"{self.model.__name__} cannot be served: {error}") from error
        warn_of_rounding(self)
        default = self.orders[0]
        ensure_index(self.table, default.index_name, list(default.keys(self.columns)))

    @cached_property
    def orders(self) -> tuple[Sort, ...]:
        """The parsed sorts; the default first."""
        return tuple(Sort.parse(sort, self.columns, self.ignore_case) for sort in self.sorts)

    @cached_property
    def _orders_by_name(self) -> dict[str, Sort]:
        return {str(order): order for order in self.orders}

    @cached_property
    def _cursor_adapter(self) -> TypeAdapter[str]:
        return TypeAdapter(cursor_type(self.orders))

    def order(self, sort: str) -> Sort:
        """Return the order with this name.

        Raises:
            InvalidRequest: there is none.
        """
        if sort not in self._orders_by_name:
            detail = f"Must be one of {', '.join(self._orders_by_name)}."
            raise InvalidRequest([Violation(parameter="sort", detail=detail)])
        return self._orders_by_name[sort]

    def cursor(self, text: str) -> Cursor:
        """Parse the `next_cursor` of a page.

        Raises:
            InvalidRequest: the text is no cursor of this resource.
        """
        try:
            return Cursor.parse(self._cursor_adapter.validate_python(text), self._orders_by_name)
        except ValidationError as error:
            detail = "Must be the `next_cursor` of a page."
            raise InvalidRequest([Violation(parameter="cursor", detail=detail)]) from error

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """The query parameters of the filters, by name."""
        return {
            each.name: each
            for filter_ in self.filters
            for each in filter_.parameters(self.columns, self.read.model_fields)
        }

    @cached_property
    def members(self) -> frozenset[str]:
        """The members of requests and responses."""
        return frozenset({*self.create.model_fields, *self.read.model_fields})

    @cached_property
    def calculated_from(self) -> frozenset[str]:
        """The columns from whose values the database calculates others when a row is written."""
        return calculated_from(self.computed, self.table)

    @cached_property
    def conflicts(self) -> frozenset[str]:
        """The methods that can conflict with another row or with a write-once member."""
        unique = {column.name for each in uniques(self.table) for column in columns_of(self.table, each)}
        methods = {"POST", "PUT"} if unique else set()
        if unique & self._updated:
            methods.add("PATCH")
        if self.write_once:
            methods.add("PUT")
        return frozenset(methods)

    @cached_property
    def _updated(self) -> frozenset[str]:
        """The columns that PATCH can change, directly or by what the database computes."""
        members = self.create.model_fields.keys() - set(self.write_once)
        computed = {each.column for each in self.computed}
        generated = {column.name for column in self.table.c if column.computed}
        return frozenset({*members, *computed, *generated, "updated_at", "version"})

    @cached_property
    def statements(self) -> BulkStatements:
        """The SQL of every operation."""
        members = self.read.model_fields
        return BulkStatements(
            self.model, self.columns, members, self.parameters, self.write_once, self.computed
        )

    @cached_property
    def response_schema(self) -> type[ReadT]:
        """The schema of a row in a response."""
        return response_schema(self.read, self.columns)

    @cached_property
    def page_schema(self) -> type[BaseModel]:
        """The schema of a page."""
        cursor = cursor_type(self.orders)
        name = f"{self.schema_name}Page"
        schema = page_schema(self.response_schema, name, MAX_LIMIT, cursor, count=self.count)
        page: Any = Page
        register(page[self.read], "response", schema)
        return schema

    @cached_property
    def encoder(self) -> ResponseEncoder[ReadT]:
        """The encoder of rows and pages."""
        return ResponseEncoder(self.response_schema, self.page_schema)

    @cached_property
    def make_row(self) -> Callable[[Sequence[Any]], ReadT]:
        """Build a row of the response schema from the values of its columns."""
        return model_factory(self.response_schema)

    @cached_property
    def create_schema(self) -> type[BaseModel]:
        """The strict schema of the body of POST and PUT."""
        return create_schema(self.create, self.table)

    @cached_property
    def update_schema(self) -> type[BaseModel]:
        """The strict schema of the body of PATCH."""
        return update_schema(self.create, self.table, f"{self.schema_name}Update", self.write_once)

    @cached_property
    def query_schema(self) -> type[BaseModel]:
        """The strict schema of a list's query parameters."""
        cursor = "The `next_cursor` of the previous page. It includes the order."
        fields: dict[str, Any] = {
            "limit": (described(query_int(1, MAX_LIMIT), "The maximum number of rows."), DEFAULT_LIMIT),
            "cursor": (optional(cursor_type(self.orders), cursor), MISSING),
            "sort": (optional(Literal[*self.sorts], describe(self.orders)), MISSING),
        }
        if self.count:
            count = "Whether to count the rows on all pages, as `total`. Default: `false`."
            fields["count"] = (optional(QueryBool, count), MISSING)
        for name, parameter in self.parameters.items():
            fields[name] = (optional(parameter.annotation, parameter.description), MISSING)
        return create_model(f"{self.schema_name}Query", __base__=ListQuery, **fields)


def check_references(resource: Resource[Any]) -> None:
    """Check, when the application is complete, that every reference has its table.

    Raises:
        DeclarationError: a table is missing.
    """
    for error in unresolved(resource.table):
        raise DeclarationError(f"{resource.model.__name__} cannot be served: {error}")
