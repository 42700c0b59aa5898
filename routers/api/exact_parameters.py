"""Make the parameters of custom routes exact: bodies, path, query, headers and cookies."""

import copy
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from fastapi import params
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant, get_typed_signature
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from starlette.convertors import PathConvertor, StringConvertor
from starlette.routing import compile_path

from routers.api.scope_dependency import OwnerDependency
from routers.schemas.exact_models import Role
from routers.schemas.exact_types import exact_type
from routers.schemas.field_metadata import UnsupportedTypeError


def make_parameters_exact(calls: Iterable[Callable[..., Any]], path: str) -> None:
    """Give an endpoint and its dependencies exact parameters.

    The functions get a signature, which FastAPI reads instead of their annotations. They are not replaced:
    FastAPI finds `dependency_overrides` by identity.

    Raises:
        UnsupportedTypeError: a parameter has no exact format, or the body has several parameters.
    """
    _, template, convertors = compile_path(path)
    # Starlette has converted these already.
    converted = {
        name for name, each in convertors.items() if type(each) not in {StringConvertor, PathConvertor}
    }
    dependants = [each for call in calls for each in _flat(get_dependant(path=template, call=call))]
    bodies = [field for each in dependants for field in _json_parameters(each)]
    is_embedded = any(getattr(field.field_info, "embed", False) for field in bodies)
    if is_embedded or len({field.name for field in bodies}) > 1:
        raise UnsupportedTypeError("its body has several parameters: declare one model with them as members")
    for dependant in dependants:
        roles: dict[str, Role] = {name: role for name, role in _roles(dependant) if name not in converted}
        if roles:
            _make_signature_exact(_function(dependant.call), roles)


def _flat(dependant: Dependant) -> Iterator[Dependant]:
    """Yield the parameters of a function and of its dependencies, without those of the owner provider."""
    if not isinstance(dependant.call, OwnerDependency):
        yield dependant
        for each in dependant.dependencies:
            yield from _flat(each)


def _roles(dependant: Dependant) -> Iterator[tuple[str, Role]]:
    """Yield the parameters of a function with their roles; forms and files keep their types."""
    for fields in (
        dependant.path_params,
        dependant.query_params,
        dependant.header_params,
        dependant.cookie_params,
    ):
        for field in fields:
            yield field.name, "query"
    for field in _json_parameters(dependant):
        yield field.name, "body"


def _json_parameters(dependant: Dependant) -> list[Any]:
    return [each for each in dependant.body_params if not isinstance(each.field_info, params.Form)]


def _function(call: Any) -> Any:
    """Return the object whose signature is that of a dependency."""
    if isinstance(call, functools.partial):
        return _function(call.func)
    if inspect.isclass(call):
        return call if issubclass(call, BaseModel) else call.__init__
    if inspect.isroutine(call):
        return getattr(call, "__func__", call)
    return type(call).__call__


def _make_signature_exact(function: Any, roles: Mapping[str, Role]) -> None:
    signature = _signature(function)
    parameters = [
        _exact(each, roles[each.name]) if each.name in roles else each
        for each in signature.parameters.values()
    ]
    function.__signature__ = signature.replace(parameters=parameters)


def _signature(function: Any) -> inspect.Signature:
    try:
        return inspect.signature(function, eval_str=True)
    except NameError:  # a type that is imported for type checkers only
        return get_typed_signature(function)


def _exact(parameter: inspect.Parameter, role: Role) -> inspect.Parameter:
    default = parameter.default
    if parameter.annotation is parameter.empty:
        return parameter
    if not isinstance(default, FieldInfo):
        return parameter.replace(annotation=exact_type(parameter.annotation, role))
    # As in `day: date = Query()`: FastAPI ignores the metadata of the annotation.
    exact = FieldInfo.from_annotation(exact_type(parameter.annotation, role, default.metadata))
    default = copy.copy(default)
    default.metadata = exact.metadata
    default.json_schema_extra = default.json_schema_extra or exact.json_schema_extra
    return parameter.replace(annotation=exact.annotation, default=default)
