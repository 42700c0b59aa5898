"""Derive exact types from the annotations of custom routes: of bodies, parameters and return values."""

import copy
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from operator import or_
from types import GenericAlias, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import GroupedMetadata
from pydantic import (
    MISSING,
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PlainValidator,
    WrapValidator,
)
from pydantic.fields import FieldInfo
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticUndefined
from sqlalchemy import BigInteger, Column, Double, Integer, Numeric
from sqlalchemy.types import TypeEngine

from routers.schemas.exact_models import Role, exact_model, registered
from routers.schemas.field_formats import MAX_ARRAY_LENGTH, not_canonical
from routers.schemas.field_metadata import BOUNDS, Metadata, annotated, bounds
from routers.schemas.field_types import database_type, without_column
from routers.schemas.json_types import JsonAny, JsonArray, JsonObject, object_of
from routers.schemas.scalar_types import is_scalar, scalar_types, unsupported

_OWN_FORMAT = (BeforeValidator, PlainValidator, WrapValidator)
"""Validators with which a type has a format of its own."""

_BOUNDS = frozenset((*BOUNDS, "sa_type", "as_string"))


def exact_type(annotation: Any, role: Role, metadata: Iterable[Any] = ()) -> Any:
    """Return the exact type for an annotation, models at any depth included.

    A type with a validator of its own that runs before Pydantic's keeps its format.

    Raises:
        UnsupportedTypeError: a request's type has no exact format.
    """
    python_type, *own = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
    declared = [*own, *metadata]
    parts = list(_parts(declared))
    if role == "response":  # the value has been validated, and validators need not accept their results
        parts = [each for each in parts if not isinstance(each, AfterValidator | BeforeValidator)]
    if any(isinstance(each, _OWN_FORMAT) for each in parts):
        return annotated(annotation, *metadata)
    others = [each for each in without_column(parts) if not _is_bound(each)]
    fields = [_without_metadata(each) for each in declared if isinstance(each, FieldInfo)]
    return annotated(_exact(python_type, role, list(filter(_is_bound, parts))), *others, *fields)


def exact_member(field: FieldInfo, role: Role) -> Any:
    """Return the exact type of a model's member, null included."""
    tag = [Field(discriminator=field.discriminator)] if field.discriminator else []
    return exact_type(field.annotation, role, [*field.metadata, *tag])


def mentions(annotation: Any, python_type: type) -> bool:
    """Check whether an annotation includes a type, at any depth of its models."""
    members = (field.annotation for model in models_in(annotation) for field in model.model_fields.values())
    return any(python_type in types_in(each) for each in (annotation, *members))


def models_in(annotation: Any) -> set[type[BaseModel]]:
    """Return the models in an annotation, nested ones included."""
    found: set[type[BaseModel]] = set()
    pending = [annotation]
    while pending:
        for each in types_in(pending.pop()):
            if _is_model(each) and each not in found:
                found.add(each)
                pending += (field.annotation for field in each.model_fields.values())
    return found


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a model by their names in requests."""
    return {
        alias if isinstance(alias := field.validation_alias or field.alias, str) else name: field
        for name, field in model.model_fields.items()
    }


def types_in(annotation: Any) -> list[Any]:
    """Return the types that an annotation consists of, without those of the members of models."""
    arguments = get_args(annotation)
    return [part for each in arguments for part in types_in(each)] if arguments else [annotation]


def _parts(metadata: Iterable[Any]) -> Iterator[Any]:
    for each in metadata:
        if isinstance(each, FieldInfo):
            yield from _parts(each.metadata)
        elif isinstance(each, GroupedMetadata):
            yield from _parts(each)
        else:
            yield each


def _is_bound(metadata: Any) -> bool:
    return any(getattr(metadata, name, None) is not None for name in _BOUNDS)


def _without_metadata(field: FieldInfo) -> FieldInfo:
    field = copy.copy(field)
    field.metadata = []
    return field


def _exact(python_type: Any, role: Role, limits: Metadata) -> Any:
    for applies, derive in _DERIVATIONS:
        if applies(python_type):
            return derive(python_type, role, limits)
    schema = registered(python_type, role)
    if schema is not None:
        return schema
    if role == "response" or hasattr(python_type, "__get_pydantic_core_schema__"):
        return annotated(python_type, *without_column(limits))
    raise unsupported(python_type)


def _is_constant(annotation: Any) -> bool:
    return annotation in (None, NoneType, MISSING)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _has_origin(*origins: Any) -> Callable[[Any], bool]:
    return lambda annotation: (get_origin(annotation) or annotation) in origins


def _constant(python_type: Any, _role: Role, _limits: Metadata) -> Any:
    return python_type


def _any(_python_type: Any, role: Role, _limits: Metadata) -> Any:
    return JsonAny if role == "body" else Any


def _literal(python_type: Any, role: Role, _limits: Metadata) -> Any:
    """Return the type of constants; to Python, but not in JSON, `1` equals `true`."""
    kinds = {type(each) for each in get_args(python_type)}

    def check_kind(value: Any) -> Any:
        kind = int if isinstance(value, float) and value.is_integer() else type(value)
        if kind in {bool, int} and kind not in kinds:
            raise not_canonical("one of the documented values")
        return value

    return (
        python_type
        if role != "body" or kinds == {str}
        else annotated(python_type, BeforeValidator(check_kind))
    )


def _union(python_type: Any, role: Role, limits: Metadata) -> Any:
    """Return a union of exact types; bounds belong to the only member besides null, or to the union."""
    members = get_args(python_type)
    is_single = sum(not _is_constant(each) for each in members) == 1
    own, common = (limits, []) if is_single else ([], without_column(limits))
    exact = [exact_type(each, role, () if _is_constant(each) else own) for each in members]
    if role == "query" and not any(map(_is_model, members)):
        # A query string has no null; clients that are generated from a document with it send "null".
        undocumented: Any = SkipJsonSchema
        exact = [undocumented[None] if each is NoneType else each for each in exact]
    return annotated(functools.reduce(or_, exact), *common)


def _model(python_type: Any, role: Role, _limits: Metadata) -> Any:
    return exact_model(python_type, role, lambda _, field: exact_member(field, role))


def _scalar(python_type: Any, role: Role, limits: Metadata) -> Any:
    types = scalar_types(python_type, without_column(limits), _column_type(python_type, role, limits))
    return getattr(types, role)


def _object(python_type: Any, role: Role, limits: Metadata) -> Any:
    """Return the type of a JSON object with any members, or with values of one type."""
    name, value = get_args(python_type) or (str, Any)
    exact = python_type
    if name is str and value is Any and role == "body":
        exact = JsonObject
    elif name is str and value is not Any:
        exact = object_of(exact_type(value, role))
    elif role != "response":
        raise unsupported(python_type)
    return annotated(exact, *without_column(limits))


def _array(python_type: Any, role: Role, limits: Metadata) -> Any:
    """Return the type of a JSON array or, in a query, of a repeated parameter."""
    container = get_origin(python_type) or python_type
    items = [each for each in get_args(python_type) if each is not ...]
    if role == "body" and (container not in {list, Sequence} or len(items) > 1):
        raise unsupported(python_type)
    exact = python_type
    if items in ([], [Any]) and role == "body":
        exact = JsonArray
    elif len(items) == 1:
        item = exact_type(items[0], role)
        exact = GenericAlias(container, (item, ...) if container is tuple else (item,))
    if not bounds(limits, "max_length"):
        limits = [*limits, Field(max_length=MAX_ARRAY_LENGTH)]
    return annotated(exact, *without_column(limits))


def _column_type(python_type: Any, role: Role, limits: Metadata) -> TypeEngine[Any]:
    """Return the type of the column that a field of this type has; wider for wider bounds and for sums."""
    for sa_type in bounds(limits, "sa_type"):
        if sa_type is not PydanticUndefined:
            return database_type(Column(sa_type))
    if python_type is Decimal:
        digits, places = bounds(limits, "max_digits"), bounds(limits, "decimal_places")
        return Numeric(*digits[:1], *places[:1]) if digits and places else Numeric()
    if python_type is float:
        return Double()
    is_wide = any(not -(2**31) <= bound < 2**31 for bound in bounds(limits, "ge", "gt", "le", "lt"))
    is_wide = is_wide or role == "response" or bool(bounds(limits, "as_string"))
    return BigInteger() if is_wide else Integer()


_DERIVATIONS: tuple[tuple[Callable[[Any], bool], Callable[[Any, Role, Metadata], Any]], ...] = (
    (_is_constant, _constant),
    (lambda annotation: annotation is Any, _any),
    (_has_origin(Literal), _literal),
    (_has_origin(Union, UnionType), _union),
    (_is_model, _model),
    (is_scalar, _scalar),
    (_has_origin(dict), _object),
    (_has_origin(list, set, frozenset, tuple, Sequence), _array),
)
