"""The routers whose routes, generated and custom, reach rows through scopes."""

from collections.abc import Callable, Iterable, Sequence
from types import NoneType
from typing import Annotated, Any, Generic, cast, get_args, get_origin, get_type_hints

from fastapi import APIRouter, Depends, Response, params
from fastapi.datastructures import Default, DefaultPlaceholder
from pydantic.alias_generators import to_camel

from routers.api.exact_parameters import make_parameters_exact
from routers.api.responses import ROW_HEADERS, respond_with_rows, response_model
from routers.api.route import PublicRoute, ResourceRoute
from routers.api.route_statuses import document_scopes
from routers.api.scope_dependency import OwnerDependency, ScopeDependency
from routers.queries.conflicts import blocking_conditions
from routers.resource.resource import Resource, check_references
from routers.schemas.exact_types import exact_type
from routers.schemas.field_metadata import UnsupportedTypeError
from routers.schemas.read_row import ReadT
from routers.scope.access import Access


class ScopedRouter(APIRouter):
    """An `APIRouter` whose routes require an owner, and reach rows through scopes of resources.

    For operations that belong to no resource, such as `GET /search` or `POST /import`: they declare the
    scopes that they need as parameters, `tasks: Annotated[Scope[TaskRead], task_router.scope]`.

    Attributes:
        tag: The name and description of its operations in the OpenAPI document.
    """

    def __init__(self, access: Access, *, name: str, description: str, prefix: str = "") -> None:
        """Create a router without routes; `name` and `description` are those of its tag."""
        self._set_up(OwnerDependency(access), {"name": name, "description": description}, prefix)

    def _set_up(self, required: OwnerDependency, tag: dict[str, str], prefix: str) -> None:
        self.tag = tag
        self._required = Depends(required)
        route_class = PublicRoute if required.public else ResourceRoute
        super().__init__(prefix=prefix, tags=[tag["name"]], route_class=route_class)

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add a custom route. It reads requests, and responds with rows, like a generated one.

        Raises:
            TypeError: a type has no exact format, or a route that needs no owner takes the scope of one.
        """
        calls = [endpoint, *(each.dependency for each in options.get("dependencies") or ())]
        try:
            make_parameters_exact(calls, self.prefix + path)
            route = self.add_operation(path, endpoint, self._required, **options)
        except UnsupportedTypeError as error:
            raise TypeError(f"{endpoint.__name__} cannot be served: {error}") from error
        document_scopes(route)

    def add_operation(
        self, path: str, endpoint: Callable[..., Any], required: Any, **options: Any
    ) -> ResourceRoute:
        """Add a route after the existing ones, with a dependency that it has even if it takes no scope.

        Raises:
            TypeError: a route that needs no owner takes the scope of an owner.
        """
        dependencies = [required.dependency, *_scopes(endpoint)]
        if required.dependency.public and not all(each.public for each in dependencies):
            raise TypeError(
                f"{endpoint.__name__} is public, so it has no owner whose scope it could take: "
                "move it to the router of an owned resource, or to a ScopedRouter."
            )
        resources = [each.resource for each in dependencies if isinstance(each, ScopeDependency)]
        status = options["status_code"] = options.get("status_code") or 200
        responses = options.get("responses") or {}
        returned = get_type_hints(endpoint).get("return")
        if any(returned is resource.read for resource in resources):
            responses = {status: ROW_HEADERS, **responses}
        options["response_model"] = _response_model(options, returned, resources)
        if options.get("response_description") in {None, "Successful Response"}:  # FastAPI's default
            options["response_description"] = "The result of the operation."
        options["responses"] = {code: _exact(each, resources) for code, each in responses.items()}
        options["operation_id"] = options.get("operation_id") or operation_id(endpoint.__name__)
        options["dependencies"] = [required, *(options.get("dependencies") or ())]
        endpoint = respond_with_rows(endpoint, resources, status)
        super().add_api_route(path, endpoint, **options)
        return cast(ResourceRoute, self.routes[-1])

    def finish(self) -> None:
        """Complete the documentation, now that all tables are declared."""
        for route in self.routes:
            if isinstance(route, ResourceRoute) and any(map(_is_referenced, route.may_delete)):
                route.add_statuses(409)


class ResourceRouter(ScopedRouter, Generic[ReadT]):
    """The router of a resource, with its generated operations; custom routes can be added.

    Attributes:
        resource: The resource.
        scope: The dependency that opens the scope of a custom route:
            `rows: Annotated[Scope[ThingRead], router.scope]`, or `ReadScope` for a public resource.
    """

    def __init__(self, resource: Resource[ReadT], access: Access, prefix: str) -> None:
        """Create a router without routes."""
        self.resource = resource
        self._custom_routes = 0
        self._set_up(ScopeDependency(resource, access), _tag(resource), prefix + resource.path)
        self.scope = self._required

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add a custom route before the generated ones."""
        super().add_api_route(path, endpoint, **options)
        # /things/count is not the thing with the id "count".
        self.routes.insert(self._custom_routes, self.routes.pop())
        self._custom_routes += 1

    def finish(self) -> None:
        """Complete the documentation, now that all tables are declared.

        Raises:
            DeclarationError: a reference is to a table that is not declared.
        """
        check_references(self.resource)
        super().finish()


def _is_referenced(resource: Resource[Any]) -> bool:
    """Check whether other rows can prevent a delete."""
    return any(True for _ in blocking_conditions(resource.table, resource.table.c.id))


def _scopes(endpoint: Callable[..., Any]) -> Iterable[OwnerDependency]:
    """Yield the dependencies of an endpoint's parameters that open scopes."""
    for annotation in get_type_hints(endpoint, include_extras=True).values():
        for metadata in get_args(annotation)[1:] if get_origin(annotation) is Annotated else ():
            if isinstance(metadata, params.Depends) and isinstance(metadata.dependency, OwnerDependency):
                yield metadata.dependency


def _response_model(options: dict[str, Any], returned: Any, resources: Sequence[Resource[Any]]) -> Any:
    """Return the exact schema of a response, unless the route declares which members it omits."""
    declared = options.get("response_model", Default(None))
    if isinstance(declared, DefaultPlaceholder):
        has_no_model = isinstance(returned, type) and issubclass(returned, Response | NoneType)
        declared = None if has_no_model else returned
    if any(options.get(name) for name in _OMITTING):
        return declared
    return exact_type(response_model(declared, resources), "response")


def _exact(documented: dict[str, Any], resources: Sequence[Resource[Any]]) -> dict[str, Any]:
    """Return the documentation of a response with the exact schema of its model, if it has one."""
    if "model" not in documented:
        return documented
    model = response_model(documented["model"], resources)
    return {**documented, "model": exact_type(model, "response")}


_OMITTING = tuple(
    f"response_model_{each}"
    for each in ("include", "exclude", "exclude_unset", "exclude_defaults", "exclude_none")
)


def _tag(resource: Resource[Any]) -> dict[str, str]:
    name = resource.collection
    noun = name.replace("-", " ").capitalize()
    visibility = "readable by everyone" if resource.public else "each visible to its owner only"
    return {"name": name, "description": f"{noun}, {visibility}."}


def operation_id(name: str) -> str:
    """Return an operation id, which names the operation in clients: `list_things` becomes `listThings`."""
    return to_camel(name.replace(" ", "_").replace("-", "_"))
