"""A resource's declaration, checked when it is made."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Literal

from pydantic import MISSING, BaseModel, create_model
from pydantic.fields import FieldInfo
from sqlalchemy import Table
from sqlmodel import SQLModel

from routers.queries.computed_columns import Computed
from routers.queries.conflicts import uniques
from routers.queries.filters import Filter, Parameter
from routers.queries.pagination import DEFAULT_LIMIT, LARGEST_LIMIT, Sort, cursor_type
from routers.queries.statements import Statements
from routers.resource.validation import OPERATIONS, Operation, refuse_mistakes
from routers.schemas.field_formats import query_int
from routers.schemas.models import (
    ListQuery,
    answer_model,
    body_model,
    described,
    optional,
    page_model,
    patch_model,
)
from routers.schemas.rows import maker
from routers.scope.writer import PageWriter
from routers.tables.foreign_keys import unresolved
from routers.tables.rows import SERVER_COLUMNS, ReadT, Row, table_of


class Nothing(SQLModel):
    """A shape without members: of what no client writes."""


class DeclarationError(TypeError):
    """A resource that cannot be served as declared; the message says how to mend it."""


@dataclass(frozen=True)
class Resource(Generic[ReadT]):
    """A table behind an API: data, not a class to subclass.

    Attributes:
        path: Where it is served, e.g. `/things`; its last segment names the collection.
        model: The table, an `OwnedRow` or, where everyone may read it, a `PublicRow`.
        read: What a client gets to see, a `ReadRow`. What is not in `create` too is read-only for clients;
            a route by hand may write it through its scope, unless it is computed.
        create: What a client may write; also what PUT replaces and PATCH changes.
        filters: What a list can be narrowed by.
        sorts: The orders of a list; the first is the default, and its index comes with the declaration.
            `-` in front means descending.
        write_once: The members of `create` that keep the value which they got when the row was created.
        computed: The columns that the database computes at each creation and change.
        operations: Those of the standard operations that are offered.
        public: Everyone may read it, without an owner. Only for a `PublicRow`, only to list and to get.

    Raises:
        DeclarationError: at once, if it cannot be served.
    """

    path: str
    model: type[Row]
    read: type[ReadT]
    create: type[SQLModel] = Nothing
    filters: tuple[Filter, ...] = ()
    sorts: tuple[str, ...] = ("-created_at", "created_at")
    write_once: tuple[str, ...] = ()
    computed: tuple[Computed, ...] = ()
    operations: tuple[Operation, ...] = OPERATIONS
    public: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be served, and derive the rest now rather than at the first request."""
        try:
            refuse_mistakes(self)
            _ = self.answer, self.create_body, self.update_body, self.query, self.statements
        except TypeError as error:
            raise DeclarationError(f"{self.model.__name__} cannot be served: {error}") from error
        self.orders[0].give_index(self.table)

    @property
    def table(self) -> Table:
        """The model's table."""
        return table_of(self.model)

    @property
    def noun(self) -> str:
        """What one row is called, e.g. `thing`."""
        return re.sub(r"(?<!^)(?=[A-Z])", " ", self.model.__name__).lower()

    @property
    def collection(self) -> str:
        """What the rows are called together, e.g. `things`."""
        return self.path.rpartition("/")[2]

    @cached_property
    def id_parameter(self) -> str:
        """The name of the path parameter that holds a row's id, e.g. `thing_id`."""
        return self.noun.replace(" ", "_") + "_id"

    @cached_property
    def orders(self) -> tuple[Sort, ...]:
        """The sorts, read; the default first."""
        return tuple(Sort.of(sort, self.table) for sort in self.sorts)

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        """The query parameters of the filters."""
        return {
            each.name: each
            for filter_ in self.filters
            for each in filter_.parameters(self.table, self.read.model_fields)
        }

    @cached_property
    def writable(self) -> frozenset[str]:
        """The columns that a scope may write when it creates a row."""
        computed = {each.column for each in self.computed}
        return frozenset(column.name for column in self.table.c) - SERVER_COLUMNS - computed

    @cached_property
    def changeable(self) -> frozenset[str]:
        """The columns that a scope may write later."""
        return self.writable.difference(self.write_once)

    @cached_property
    def conflicts(self) -> frozenset[str]:
        """The methods that another row, or this one's past, may stand against."""
        taken = {column.name for constraint in uniques(self.table) for column in constraint.columns}
        methods = {"POST", "PUT"} if taken else set()
        if taken & self.changeable:
            methods.add("PATCH")
        if self.write_once:
            methods.add("PUT")
        return frozenset(methods)

    @cached_property
    def statements(self) -> Statements:
        """The SQL of every operation."""
        read = self.read.model_fields
        return Statements(self.model, read, self.parameters, self.write_once, self.computed)

    @cached_property
    def answer(self) -> type[ReadT]:
        """The exact model of a row in an answer."""
        return answer_model(self.read, self.table)

    @cached_property
    def row(self) -> Callable[[Sequence[Any]], ReadT]:
        """What makes an answer of a row's values."""
        return maker(self.answer)

    @cached_property
    def page(self) -> type[BaseModel]:
        """The exact model of a page."""
        cursor = cursor_type(self.orders)
        return page_model(self.answer, f"{self.model.__name__}Page", LARGEST_LIMIT, cursor)

    @cached_property
    def writer(self) -> PageWriter[ReadT]:
        """What writes pages."""
        return PageWriter(self.answer, self.page, self.table)

    @cached_property
    def create_body(self) -> type[BaseModel]:
        """The exact model of the body of POST and PUT."""
        return body_model(self.create, self.table)

    @cached_property
    def update_body(self) -> type[BaseModel]:
        """The exact model of the body of PATCH."""
        return patch_model(self.create, self.table, f"{self.model.__name__}Update", self.write_once)

    @cached_property
    def query(self) -> type[BaseModel]:
        """The exact model of a list's query parameters."""
        after = "Where to go on: `next_cursor` of the page before. Carries its order."
        order = f"The order, tie-broken by id; {self.sorts[0]} if not given."
        fields: dict[str, Any] = {
            "limit": (described(query_int(1, LARGEST_LIMIT), "How many rows at most."), DEFAULT_LIMIT),
            "cursor": (optional(cursor_type(self.orders), after), MISSING),
            "sort": (optional(Literal[*self.sorts], order), MISSING),
        }
        for name, parameter in self.parameters.items():
            fields[name] = (optional(parameter.kind, parameter.description), MISSING)
        return create_model(f"{self.model.__name__}Query", __base__=ListQuery, **fields)

    def defaults(self) -> dict[str, Any]:
        """What the members of `create` are where they are not given."""
        return {name: field.get_default(call_default_factory=True) for name, field in self._optional}

    @cached_property
    def _optional(self) -> list[tuple[str, FieldInfo]]:
        return [(name, each) for name, each in self.create.model_fields.items() if not each.is_required()]


def refuse_unresolved(resource: Resource[Any]) -> None:
    """Refuse a reference to a table that is still unknown when everything is put together.

    Raises:
        DeclarationError: there is one.
    """
    for sentence in unresolved(resource.table):
        raise DeclarationError(f"{resource.model.__name__} cannot be served: {sentence}")
