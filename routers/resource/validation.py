"""What can be wrong with a resource's declaration, each said with its mend."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal, get_args

from routers.queries.computed_columns import compute
from routers.queries.conflicts import uniques
from routers.queries.cursor_codecs import UnsortableError, key_of
from routers.queries.expressions import refuse_foreign
from routers.queries.ownership import OWNER
from routers.queries.pagination import column_of
from routers.queries.statements import CREATED, new
from routers.resource.schema_validation import contradictions
from routers.tables.rows import SERVER_COLUMNS, OwnedRow, PublicRow, ReadRow

if TYPE_CHECKING:
    from routers.resource.resource import Resource


Operation = Literal["list", "create", "get", "put", "update", "delete"]
"""The standard operations."""

_BINDS = {"row_id", "self", "if_match", "if_none_match", CREATED, str(OWNER.key)}

OPERATIONS: tuple[Operation, ...] = get_args(Operation)


def refuse_mistakes(resource: "Resource[Any]") -> None:
    """Refuse what cannot be served.

    Raises:
        TypeError: with the first mistake; the most basic come first.
    """
    for mistake in _mistakes(resource):
        raise TypeError(mistake)


def _mistakes(resource: "Resource[Any]") -> Iterator[str]:
    if not re.fullmatch(r"(/[a-z][a-z0-9-]*)+", resource.path):
        yield f"the path {resource.path!r} must look like /things."
    yield from _kinds(resource)
    yield from _publicity(resource)
    yield from _shapes(resource)
    yield from contradictions(resource)
    yield from _columns(resource)
    yield from _computed(resource)
    yield from _sorts(resource)
    yield from _filters(resource)


def _kinds(resource: "Resource[Any]") -> Iterator[str]:
    if not issubclass(resource.model, OwnedRow | PublicRow) or "__table__" not in vars(resource.model):
        yield "its model is no table of OwnedRow: class Thing(ThingCreate, OwnedRow, table=True)."
    if not issubclass(resource.read, ReadRow):
        yield "read is no ReadRow: class ThingRead(ThingCreate, ReadRow)."


def _publicity(resource: "Resource[Any]") -> Iterator[str]:
    nobodys = issubclass(resource.model, PublicRow)
    if nobodys and not resource.public:
        yield "its rows have no owner: say public=True if everyone may read them, or make them OwnedRow."
    if resource.public and not nobodys:
        yield "public=True is for a PublicRow: these rows have owners, and nobody else may see them."
    if resource.public and not {"list", "get"}.issuperset(resource.operations):
        yield 'a public table is read-only: say operations=("list", "get").'
    if unknown := set(resource.operations).difference(OPERATIONS):
        yield f"there is no operation {_list(unknown)}: {', '.join(OPERATIONS)}."
    if not resource.operations or len(set(resource.operations)) < len(resource.operations):
        yield "operations names each operation that it offers once: leave it out to offer all."


def _shapes(resource: "Resource[Any]") -> Iterator[str]:
    columns = set(resource.model.model_fields)
    for role, shape in {"create": resource.create, "read": resource.read}.items():
        if unknown := set(shape.model_fields) - columns:
            yield f"{role} names {_list(unknown)}, which the table lacks: add the column or drop the member."
    if "owner_id" in resource.read.model_fields:
        yield "read shows owner_id: drop it, an owner never appears in a body."
    if servers := SERVER_COLUMNS.intersection(resource.create.model_fields):
        yield f"create lets a client write {_list(servers)}: drop it, the server writes that."
    if unknown := set(resource.write_once).difference(resource.create.model_fields):
        yield f"write_once names {_list(unknown)}, which is no member of create: add it there or drop it."


def _columns(resource: "Resource[Any]") -> Iterator[str]:
    written = SERVER_COLUMNS | set(resource.create.model_fields) | {each.column for each in resource.computed}
    for column in resource.table.c:
        if resource.public or column.name in written:
            continue
        if not (column.nullable or column.server_default or column.default):
            yield f"nobody writes the column {column.name}: add it to create, or give it a default."
    for unique in [] if resource.public else uniques(resource.table):
        if "owner_id" not in (names := {column.name for column in unique.columns}):
            yield f"{_list(names)} is unique over all owners, which tells what others have: add owner_id."
    columns = {column.name for column in resource.table.c}
    if taken := columns & ({new(name) for name in columns} | _BINDS):
        yield f"the column {_list(taken)} has the name of a bind parameter: rename it."


def _computed(resource: "Resource[Any]") -> Iterator[str]:
    names = {each.column for each in resource.computed}
    if unknown := names.difference(resource.model.model_fields) | names & SERVER_COLUMNS:
        yield f"computed names {_list(unknown)}, which is no column of the model's own: mend its name."
    if written := names.intersection(resource.create.model_fields):
        yield f"create lets a client write {_list(written)}, which is computed: drop one of the two."
    refuse_foreign(compute(resource.computed, resource.table, {}).values(), resource.table)


def _sorts(resource: "Resource[Any]") -> Iterator[str]:
    if not isinstance(resource.sorts, tuple):
        yield 'sorts is no tuple: write sorts=("-created_at",).'
    if not resource.sorts:
        yield "it has no sorts: name at least one, e.g. -created_at."
    for column in map(column_of, resource.sorts):
        if column not in resource.read.model_fields:
            yield f"the sort {column} is not a member of read: add it there or drop the sort."
        if resource.table.c[column].nullable:
            yield f"the sort {column} may be null, so its order is not total: make the column NOT NULL."
        try:
            key_of(resource.table.c[column])
        except UnsortableError as error:
            yield f"the sort {column} is not possible: {error}."


def _filters(resource: "Resource[Any]") -> Iterator[str]:
    if not isinstance(resource.filters, tuple) or not all(
        hasattr(each, "columns") for each in resource.filters
    ):
        yield 'filters is no tuple of filters: write filters=(Equals("done"),).'
    if not all(each.columns for each in resource.filters):
        yield 'a Search names no column: write Search("title").'
    columns = {column for each in resource.filters for column in each.columns}
    if unknown := columns.difference(resource.read.model_fields):
        yield f"a filter names {_list(unknown)}, which is no member of read: add it there or drop the filter."
    fields = resource.read.model_fields
    names = [each.name for one in resource.filters for each in one.parameters(resource.table, fields)]
    names += ["limit", "cursor", "sort"]
    if twice := {name for name in names if names.count(name) > 1}:
        yield f"two things claim the query parameter {_list(twice)}: rename one."


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
