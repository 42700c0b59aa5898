"""Exact schemas of declared models, each derived once.

A derived schema has the name of the declared model, so it is one component of the OpenAPI document.
"""

from collections.abc import Callable
from typing import Annotated, Any, ForwardRef, Literal, get_origin

from pydantic import MISSING, BaseModel, ConfigDict, Field, RootModel, create_model, model_validator
from pydantic.fields import FieldInfo

from routers.schemas.field_metadata import UnsupportedTypeError

Role = Literal["body", "query", "response"]
"""Where a type is used: in request bodies, in parameters or in responses."""

MemberType = Callable[[str, FieldInfo], Any]
"""A function that returns the exact type of a member, null included."""

Fields = dict[str, Any]

_SCHEMAS: dict[tuple[Any, Role], Any] = {}
"""The exact schemas by declared model; a forward reference while one is derived."""

_REFERENCES: dict[str, Any] = {}
"""The exact schemas by the names of their forward references."""

_INCOMPLETE: list[type[BaseModel]] = []
"""Schemas with a forward reference to one that is not derived yet."""


def register(declared: Any, role: Role, schema: Any) -> None:
    """Use this schema for a declared model wherever a custom route mentions it, unless it has one."""
    _SCHEMAS.setdefault((declared, role), schema)
    _SCHEMAS[schema, role] = schema


def registered(annotation: Any, role: Role) -> Any:
    """Return the exact schema of a model or a generic type; None if there is none yet."""
    return _SCHEMAS.get((annotation, role))


def exact_model(declared: type[BaseModel], role: Role, member_type: MemberType) -> Any:
    """Return the exact schema of a declared model; derive it the first time.

    Raises:
        UnsupportedTypeError: the model is a table, or a member has no exact format.
    """
    if declared.model_config.get("table"):
        raise UnsupportedTypeError(f"{declared.__name__} is a table, which is not validated: use its schema")
    if (declared, role) not in _SCHEMAS:
        name = f"{role}_{id(declared)}"
        _SCHEMAS[declared, role] = ForwardRef(name)  # for a model that refers to itself
        try:
            derive = response_model if role == "response" else request_model
            schema = derive(declared, role, member_type)
        finally:
            del _SCHEMAS[declared, role]
        register(declared, role, schema)
        _REFERENCES[name] = schema
        _complete(schema)
    return _SCHEMAS[declared, role]


def _complete(schema: type[BaseModel]) -> None:
    """Resolve the forward references between schemas."""
    _INCOMPLETE.append(schema)
    for each in _INCOMPLETE:
        each.model_rebuild(raise_errors=False, _types_namespace=_REFERENCES)
    _INCOMPLETE[:] = [each for each in _INCOMPLETE if not each.__pydantic_complete__]


def request_model(declared: type[BaseModel], role: Role, member_type: MemberType) -> type[BaseModel]:
    """Return a subclass of a declared model with exact members; in a body, others are forbidden.

    The model's own `extra` stays, and with `strict=False` its members, too.
    """
    bases: tuple[type[BaseModel], ...] = (declared,)
    if role == "body" and not issubclass(declared, RootModel) and "extra" not in declared.model_config:
        bases += (_WithoutOthers,)
    if declared.model_config.get("strict"):
        bases += (_Lax,)
    fields: Fields = {}
    if declared.model_config.get("strict") is not False:
        for name, field in declared.model_fields.items():
            annotation = _member_type(declared, name, field, member_type)
            fields[name] = _request_field(field, annotation, role)
    return create_model(declared.__name__, __base__=bases, __doc__=doc(declared), **fields)


# Bases, because SQLModel ignores most configuration in the arguments of a class.
class _WithoutOthers(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Lax(BaseModel):
    """For exact types, which are strict: Pydantic's strict mode rejects the JSON of an enum."""

    model_config = ConfigDict(strict=False)


class _Response(BaseModel):
    model_config = ConfigDict(from_attributes=True)


def _request_field(field: FieldInfo, annotation: Any, role: Role) -> Any:
    if field.is_required():
        return Annotated[annotation, Field(**attributes(field))], ...
    default = {"default": field.default} if role == "query" and not field.default_factory else _default(field)
    if get_origin(annotation) is Annotated:
        # A union keeps the examples of the type apart from those of the member, as in `create_schema`.
        annotation = annotation | MISSING
    return annotation, Field(**attributes(field), **default)


def _default(field: FieldInfo) -> dict[str, Any]:
    """Return the default of a field as a factory, which the document does not mention.

    Clients that are generated from a document with a default would require the member.
    """
    return {"default_factory": field.default_factory or field.get_default}


def response_model(declared: type[BaseModel], _role: Role, member_type: MemberType) -> type[BaseModel]:
    """Return the schema of a declared model in responses: all members are present, computed ones included.

    A model whose root is no object, or with any other members, stays as it is.
    """
    if issubclass(declared, RootModel) or declared.model_config.get("extra") == "allow":
        return declared
    fields: Fields = {}
    for name, field in declared.model_fields.items():
        by_name: dict[str, Any] = attributes(field) | {"alias": None, "validation_alias": None}
        fields[name] = _member_type(declared, name, field, member_type), Field(**by_name)
    for name, computed in declared.model_computed_fields.items():
        field = FieldInfo.from_annotation(computed.return_type)
        documentation = attributes(Field(description=computed.description, examples=computed.examples))
        fields[name] = _member_type(declared, name, field, member_type), Field(**documentation)
    # Validators have run when the endpoint created the instance, and need not accept what they returned.
    bases: tuple[type[BaseModel], ...] = (_Response,)
    decorators = declared.__pydantic_decorators__
    if decorators.field_serializers or decorators.model_serializers:
        bases = (declared, _Response)
        fields = {name: each for name, each in fields.items() if name in declared.model_fields}

    def as_declared(value: Any) -> Any:
        is_declared = isinstance(value, declared)
        return value if is_declared else declared.model_validate(value, from_attributes=True)

    namespace = {"_as_declared": model_validator(mode="before")(as_declared)}
    return create_model(
        declared.__name__, __base__=bases, __doc__=doc(declared), __namespace__=namespace, **fields
    )


def _member_type(declared: type[BaseModel], name: str, field: FieldInfo, member_type: MemberType) -> Any:
    try:
        return member_type(name, field)
    except UnsupportedTypeError as error:
        raise UnsupportedTypeError(f"{declared.__name__}.{name}: {error}") from error


def attributes(field: FieldInfo) -> dict[str, Any]:
    """Return what a field declares besides its type and its default, for `Field`."""
    others = {"default", "default_factory", "discriminator"}
    declared = field.asdict()["attributes"].items()
    found = {name: value for name, value in declared if value is not None and name not in others}
    extra = found.get("json_schema_extra", {})
    if "examples" in found and isinstance(extra, dict):
        # Otherwise, those of an exact type, which are part of its `json_schema_extra`, would replace them.
        found["json_schema_extra"] = {"examples": found.pop("examples")} | extra
    return found


def doc(declared: type[BaseModel]) -> str:
    """Return the description of a model."""
    return declared.__doc__ or f"The members of {declared.__name__}."
