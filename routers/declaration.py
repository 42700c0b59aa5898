"""What can be wrong with a resource's declaration, each said with its mend."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from routers.keys import UnsortableError, key_of
from routers.models import SERVER_COLUMNS, OwnedRow, ReadRow
from routers.pagination import column_of
from routers.policy import OWNER
from routers.statements import new

if TYPE_CHECKING:
    from routers.resource import Resource


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
    yield from _shapes(resource)
    yield from _columns(resource)
    yield from _sorts(resource)
    yield from _filters(resource)


def _kinds(resource: "Resource[Any]") -> Iterator[str]:
    if not issubclass(resource.model, OwnedRow) or "__table__" not in vars(resource.model):
        yield "its model is no table of OwnedRow: class Thing(ThingCreate, OwnedRow, table=True)."
    if not issubclass(resource.read, ReadRow):
        yield "read is no ReadRow: class ThingRead(ThingCreate, ReadRow)."


def _columns(resource: "Resource[Any]") -> Iterator[str]:
    written = SERVER_COLUMNS | set(resource.create.model_fields)
    for column in resource.table.c:
        if column.name not in written and not (column.nullable or column.server_default or column.default):
            yield f"nobody writes the column {column.name}: add it to create, or give it a default."
    binds = {new(name) for name in resource.create.model_fields} | {"row_id", str(OWNER.key)}
    if taken := binds.intersection(resource.table.c.keys()):
        yield f"the column {_list(taken)} has the name of a bind parameter: rename it."
    for name, field in resource.create.model_fields.items():
        longest = getattr(resource.table.c[name].type, "length", None)
        lengths = [rule.max_length for rule in field.metadata if hasattr(rule, "max_length")]
        if longest is not None and (not lengths or min(lengths) > longest):
            yield f"create takes a longer {name} than the column's {longest} characters: set max_length."


def _shapes(resource: "Resource[Any]") -> Iterator[str]:
    columns = set(resource.model.model_fields)
    for role, shape in {"create": resource.create, "read": resource.read}.items():
        if unknown := set(shape.model_fields) - columns:
            yield f"{role} names {_list(unknown)}, which the table lacks: add the column or drop the member."
    if "owner_id" in resource.read.model_fields:
        yield "read shows owner_id: drop it, an owner never appears in a body."
    if servers := SERVER_COLUMNS.intersection(resource.create.model_fields):
        yield f"create lets a client write {_list(servers)}: drop it, the server writes that."


def _sorts(resource: "Resource[Any]") -> Iterator[str]:
    if not resource.sorts:
        yield "it has no sorts: name at least one, e.g. -created_at."
    for column in map(column_of, resource.sorts):
        if column not in resource.read.model_fields:
            yield f"the sort {column} is not a member of read: add it there or drop the sort."
        if resource.table.c[column].nullable:
            yield f"the sort {column} may be null, so its order is not total: make the column NOT NULL."
        try:
            key_of(resource.table.c[column].type)
        except UnsortableError as error:
            yield f"the sort {column} is not possible: {error}."


def _filters(resource: "Resource[Any]") -> Iterator[str]:
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
