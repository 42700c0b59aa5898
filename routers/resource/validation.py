"""Validate a declaration: each error says how to fix it."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from routers.queries.computed_columns import compute
from routers.queries.cursor_codecs import UnsortableError
from routers.queries.derived_members import can_be_null
from routers.queries.expressions import check_expressions
from routers.queries.filters import Has, Range
from routers.queries.sorting import Sort
from routers.queries.statements import RESERVED_BINDS, value_bind
from routers.resource.constraint_validation import constraint_errors
from routers.resource.declaration import OPERATIONS, Declaration
from routers.resource.derived_validation import derived_errors
from routers.resource.schema_validation import schema_errors
from routers.schemas.read_row import ReadRow
from routers.tables.rows import RESERVED_NAMES, SERVER_COLUMNS, OwnedRow, PublicRow

_ORDER = re.compile(r"-?\w+(,-?\w+)*")
_WORDS = re.compile(r"[a-z][a-z0-9]*([ -][a-z0-9]+)*")


_TUPLES = {
    "filters": 'Equals("done")',
    "sorts": '"-created_at"',
    "ignore_case": '"title"',
    "write_once": '"kind"',
    "computed": "Computed(...)",
    "derived": "Derived(...)",
    "operations": '"list"',
}
"""The attributes with several elements, each with an example of one."""


def validate(declaration: Declaration[Any]) -> None:
    """Check that a declaration can be served.

    Raises:
        TypeError: the first error; the most basic ones come first.
    """
    for error in _errors(declaration):
        raise TypeError(error)


def _errors(declaration: Declaration[Any]) -> Iterator[str]:
    # `validate` stops at the first error, so later checks can rely on earlier ones.
    if not re.fullmatch(r"(/[a-z][a-z0-9-]*)+", declaration.path):
        yield f"the path {declaration.path!r} must look like /things."
    yield from _class_errors(declaration)
    yield from _tuple_errors(declaration)
    yield from _name_errors(declaration)
    yield from _public_errors(declaration)
    yield from _member_errors(declaration)
    yield from derived_errors(declaration)
    yield from schema_errors(declaration)
    yield from _column_errors(declaration)
    yield from constraint_errors(declaration.table)
    yield from _computed_errors(declaration)
    yield from _sort_errors(declaration)
    yield from _filter_errors(declaration)


def _class_errors(declaration: Declaration[Any]) -> Iterator[str]:
    model = declaration.model
    if not issubclass(model, OwnedRow | PublicRow) or "__table__" not in vars(model):
        yield (
            "its model is not an OwnedRow or PublicRow: write class Thing(ThingCreate, OwnedRow, table=True)."
        )
    if not issubclass(declaration.read, ReadRow):
        yield "read is not a ReadRow: write class ThingRead(ThingCreate, ReadRow)."


def _tuple_errors(declaration: Declaration[Any]) -> Iterator[str]:
    for name, example in _TUPLES.items():
        if not isinstance(getattr(declaration, name), tuple):
            yield f"{name} is not a tuple: write {name}=({example},)."


def _name_errors(declaration: Declaration[Any]) -> Iterator[str]:
    for name in ("singular", "plural", "operation_prefix"):
        words = getattr(declaration, name)
        if not isinstance(words, str) or (words and not _WORDS.fullmatch(words)):
            yield f'{name}={words!r} is not a name in lower case: write words such as "archived log".'
    if not _WORDS.fullmatch(declaration.noun):
        yield 'its name gives operations no name in ASCII: set singular, such as singular="thing".'


def _public_errors(declaration: Declaration[Any]) -> Iterator[str]:
    is_public_row = issubclass(declaration.model, PublicRow)
    if is_public_row and not declaration.public:
        yield "its rows have no owner: set public=True if everyone may read them, or make them OwnedRow."
    if declaration.public and not is_public_row:
        yield "public=True requires a PublicRow: these rows have owners, and nobody else may read them."
    if declaration.public and not {"list", "get"}.issuperset(declaration.operations):
        yield 'a public table is read-only: set operations=("list", "get").'
    if unknown := set(declaration.operations).difference(OPERATIONS):
        yield f"there is no operation {_list(unknown)}: use {', '.join(OPERATIONS)}."
    if not declaration.operations or len(set(declaration.operations)) < len(declaration.operations):
        yield "operations must name each offered operation once: leave it out to offer all."


def _member_errors(declaration: Declaration[Any]) -> Iterator[str]:
    columns = set(declaration.model.model_fields)
    derived = {each.member for each in declaration.derived}
    for role, schema in {"create": declaration.create, "read": declaration.read}.items():
        stored = set(schema.model_fields) - (derived if role == "read" else set())
        if unknown := stored - columns:
            fix = "add the column, derive it" if role == "read" else "add the column"
            yield f"{role} has {_list(unknown)}, which the table lacks: {fix} or drop the member."
    if "owner_id" in declaration.read.model_fields:
        yield "read has owner_id: drop it, an owner never appears in a body."
    if taken := RESERVED_NAMES.intersection(declaration.read.model_fields):
        yield f"read has {_list(taken)}, which SQLModel or PostgreSQL uses: rename it."
    if server_columns := SERVER_COLUMNS.intersection(declaration.create.model_fields):
        yield f"create has {_list(server_columns)}, which the server writes: drop it."
    if unknown := set(declaration.write_once).difference(declaration.create.model_fields):
        yield f"write_once has {_list(unknown)}, which is not a member of create: add it there or drop it."


def _column_errors(declaration: Declaration[Any]) -> Iterator[str]:
    computed = {each.column for each in declaration.computed}
    written = SERVER_COLUMNS | set(declaration.create.model_fields) | computed
    for column in declaration.table.c:
        if declaration.public or column.name in written:
            continue
        if not (column.nullable or column.server_default or column.default):
            yield f"the column {column.name} never gets a value: add it to create, or set a default."
    columns = {column.name for column in declaration.table.c}
    if taken := columns & ({value_bind(name) for name in columns} | RESERVED_BINDS):
        yield f"the column {_list(taken)} has the name of a bind parameter: rename it."


def _computed_errors(declaration: Declaration[Any]) -> Iterator[str]:
    names = {each.column for each in declaration.computed}
    if unknown := names.difference(declaration.model.model_fields) | names & SERVER_COLUMNS:
        yield f"computed has {_list(unknown)}, which is not a column of the model's own: correct the name."
    if written := names.intersection(declaration.create.model_fields):
        yield f"create has {_list(written)}, which is computed: drop one of the two."
    check_expressions(compute(declaration.computed, declaration.table, {}).values(), declaration.table)


def _sort_errors(declaration: Declaration[Any]) -> Iterator[str]:
    if not declaration.sorts:
        yield "it has no sorts: add at least one, e.g. -created_at."
    for sort in declaration.sorts:
        if not _ORDER.fullmatch(sort):
            yield f"the sort {sort!r} is no list of members: write them like -priority,title."
    if len(set(declaration.sorts)) < len(declaration.sorts):
        yield "sorts has the same order twice: drop one."
    orders = {sort: [term.removeprefix("-") for term in sort.split(",")] for sort in declaration.sorts}
    if not {each.member for each in declaration.derived}.isdisjoint(orders[declaration.sorts[0]]):
        yield f"the first sort, {declaration.sorts[0]}, gets an index: put one by columns first."
    if unused := set(declaration.ignore_case).difference(*orders.values()):
        yield f"ignore_case has {_list(unused)}, which no order has: correct the name or drop it."
    for sort, members in orders.items():
        if unknown := set(members).difference(declaration.read.model_fields):
            yield f"the sort {sort} has {_list(unknown)}, which is not in read: add it there or drop it."
        if len(set(members)) < len(members):
            yield f"the sort {sort} has a member twice: drop the second."
    yield from _type_errors(declaration)


def _type_errors(declaration: Declaration[Any]) -> Iterator[str]:
    for sort in declaration.sorts:
        try:
            Sort.parse(sort, declaration.columns, declaration.ignore_case)
        except UnsortableError as error:
            yield f"the sort {sort} is not possible: {error}."


def _filter_errors(declaration: Declaration[Any]) -> Iterator[str]:
    filters = declaration.filters
    if not all(hasattr(each, "columns") for each in filters):
        yield 'filters has an element that is no filter: write filters=(Equals("done"),).'
    if not all(each.columns for each in filters):
        yield 'a Search has no column: write Search("title").'
    fields = declaration.read.model_fields
    if unknown := {column for each in filters for column in each.columns}.difference(fields):
        names = _list(unknown)
        yield f"a filter has {names}, which is not a member of read: add it there or drop the filter."
    for each in (each for each in filters if isinstance(each, Has)):
        if not can_be_null(declaration.columns[each.column]):
            yield f"{each.column} is never null, so every row has it: drop the Has, or let it be null."
    ranges = [each.column for each in filters if isinstance(each, Range)]
    if repeated := {name for name in ranges if ranges.count(name) > 1}:
        yield f"{_list(repeated)} has several Range filters: declare its bounds in one of them."
    parameters = [each.name for one in filters for each in one.parameters(declaration.columns, fields)]
    parameters += ["limit", "cursor", "sort", *(["count"] if declaration.count else [])]
    if duplicates := {name for name in parameters if parameters.count(name) > 1}:
        names = _list(duplicates)
        yield f"the query parameter {names} has two meanings: drop a filter, or rename its parameter."


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
