"""What a resource declares: its table, its schemas, its operations."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, Literal, get_args

from pydantic.alias_generators import to_pascal
from sqlalchemy import Table
from sqlmodel import SQLModel

from routers.queries.computed_columns import Computed
from routers.queries.derived_members import Columns, Derived, columns_of
from routers.queries.filters import Filter
from routers.schemas.read_row import ReadT
from routers.tables.constraints import is_generated
from routers.tables.rows import SERVER_COLUMNS, Row, table_of

Operation = Literal["list", "create", "get", "put", "update", "delete"]
"""The standard operations."""

OPERATIONS: tuple[Operation, ...] = get_args(Operation)

_WORD_BOUNDARY = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z0-9])(?<!^[A-Z])(?=[A-Z][a-z])|_+")
"""Between the words of a class name: `HTTP|Server`, `OAuth2|Client`, `V2|Plan`."""


class Empty(SQLModel):
    """A schema without members: of a resource that no client writes."""


@dataclass(frozen=True)
class Declaration(Generic[ReadT]):
    """The declaration of a table behind an API.

    Attributes:
        path: The path of the collection, e.g. `/things`; its last segment names the collection.
        model: The table: an `OwnedRow` or, for data that everyone may read, a `PublicRow`.
        read: The response schema, a `ReadRow`. A member that `create` lacks is read-only for clients; a
            custom route may write it through its scope, unless it is computed.
        create: The create schema: what POST and PUT accept, and what PATCH changes.
        filters: The filters of the list.
        sorts: The orders of the list, e.g. `-priority,title`: members, `-` for descending. The first is the
            default and gets an index.
        ignore_case: The texts whose orders ignore case: `apple` precedes `Zebra`.
        count: The list can be requested with `count=true`: then a page has the number of rows on all pages.
        write_once: The members of `create` that cannot be changed after the row is created.
        computed: The columns that the database computes at each creation and change.
        derived: The members of `read` that are derived from other rows.
        operations: The standard operations that the resource offers.
        public: Everyone may read the rows, without an owner. Only for a `PublicRow`, to list and to get.
        singular: The name of one row, e.g. `old log`, in operation ids, descriptions, the path parameter and
            the names of schemas; by default, the words of the model's name.
        plural: The name of the rows together, e.g. `old logs`, in operation ids, descriptions and the tag;
            by default, the last segment of the path.
        operation_prefix: The words before the generated operation ids and the names of the page and update
            schemas, e.g. `archive` for `archiveListLogs`.
    """

    path: str
    model: type[Row]
    read: type[ReadT]
    create: type[SQLModel] = Empty
    filters: tuple[Filter, ...] = ()
    sorts: tuple[str, ...] = ("-created_at", "created_at")
    ignore_case: tuple[str, ...] = ()
    count: bool = False
    write_once: tuple[str, ...] = ()
    computed: tuple[Computed, ...] = ()
    derived: tuple[Derived, ...] = ()
    operations: tuple[Operation, ...] = OPERATIONS
    public: bool = False
    singular: str = ""
    plural: str = ""
    operation_prefix: str = ""

    @property
    def table(self) -> Table:
        """The table of the model."""
        return table_of(self.model)

    @cached_property
    def columns(self) -> Columns:
        """The columns of the table and the derived members, as SQL expressions."""
        return columns_of(self.table, self.derived, self.read.model_fields)

    @property
    def noun(self) -> str:
        """The name of one row, e.g. `thing`."""
        words = _WORD_BOUNDARY.split(self.model.__name__)
        return self.singular or " ".join(filter(None, words)).lower()

    @property
    def collection(self) -> str:
        """The name of the rows together, e.g. `things`."""
        return self.plural or self.path.rpartition("/")[2]

    @property
    def schema_name(self) -> str:
        """The beginning of the names of the schemas that are not declared, e.g. `Thing` of `ThingPage`."""
        return _pascal(self.operation_prefix) + (_pascal(self.singular) or self.model.__name__)

    @cached_property
    def id_parameter(self) -> str:
        """The path parameter with a row's id, e.g. `thing_id`."""
        return _snake(self.noun) + "_id"

    @cached_property
    def writable(self) -> frozenset[str]:
        """The columns that a scope may write when it creates a row."""
        computed = {each.column for each in self.computed}
        columns = {column.name for column in self.table.c if not is_generated(column)}
        return frozenset(columns) - SERVER_COLUMNS - computed

    @cached_property
    def changeable(self) -> frozenset[str]:
        """The columns that a scope may change later."""
        return self.writable.difference(self.write_once)

    def defaults(self) -> dict[str, Any]:
        """Return the values of optional members of `create` for a request that omits them."""
        return {
            name: field.get_default(call_default_factory=True)
            for name, field in self.create.model_fields.items()
            if not field.is_required()
        }


def _snake(words: str) -> str:
    return re.sub("[ -]", "_", words)


def _pascal(words: str) -> str:
    return to_pascal(_snake(words))
