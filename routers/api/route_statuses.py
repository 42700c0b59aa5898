"""What a custom route can do with its scopes, and the statuses that it therefore documents."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from fastapi.dependencies.models import Dependant

from routers.api.route import UNSAFE, ResourceRoute
from routers.api.scope_dependency import OwnerDependency, ScopeDependency
from routers.schemas.exact_types import mentions

Scopes = list[ScopeDependency[Any]]


def document_scopes(route: ResourceRoute) -> None:
    """Document what the scopes of a custom route can raise.

    - 404 if it takes an id: a UUID in the path, the query or the body.
    - 412 if it can change the row in the path, which `If-Match` applies to.
    - 409 if it can change rows of a resource with unique values or write-once members. `finish` of the
      router adds those of resources that others refer to.
    """
    scopes = [
        each.call for each in _tree(route.dependant) if each.name and isinstance(each.call, ScopeDependency)
    ]
    if scopes and _takes_id(route.dependant):
        route.add_statuses(404)
    if not (route.methods or set()) & UNSAFE:
        return
    written = [scope for scope in scopes if not scope.public]
    if route.param_convertors:
        parameter = _row_parameter(route, scopes)
        if any(scope.id_parameter == parameter for scope in written):
            route.conditional_parameter = parameter
            route.add_statuses(412)
    route.may_delete = tuple(scope.resource for scope in written)
    if any(resource.conflicts for resource in route.may_delete):
        route.add_statuses(409)


def _tree(dependant: Dependant) -> Iterator[Dependant]:
    """Yield a function and its dependencies, without those of the owner provider."""
    yield dependant
    if not isinstance(dependant.call, OwnerDependency):
        for each in dependant.dependencies:
            yield from _tree(each)


def _takes_id(dependant: Dependant) -> bool:
    return any(
        mentions(field.field_info.annotation, UUID)
        for each in _tree(dependant)
        for field in (*each.path_params, *each.query_params, *each.body_params)
    )


def _row_parameter(route: ResourceRoute, scopes: Scopes) -> str:
    """Return the id parameter in the path or, if it has another name, that of the first scope."""
    ids = [scope.id_parameter for scope in scopes]
    return next((name for name in reversed(route.param_convertors) if name in ids), next(iter(ids), ""))
