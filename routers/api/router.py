"""The router of a resource: every route on it, generated or custom, has a scope."""

from collections.abc import Callable
from typing import Any, Generic, get_type_hints

from fastapi import APIRouter, Depends
from pydantic.alias_generators import to_camel

from routers.api.responses import ROW_HEADERS, responds_with_row
from routers.api.route import PublicRoute, ResourceRoute
from routers.api.scope_dependency import ScopeDependency
from routers.openapi.components import problem_responses
from routers.queries.conflicts import blocking_conditions
from routers.resource.resource import Resource, check_references
from routers.schemas.read_row import ReadT
from routers.scope.access import Access


class ResourceRouter(APIRouter, Generic[ReadT]):
    """An `APIRouter` whose routes, generated and custom, reach rows through a scope.

    Attributes:
        scope: The dependency that opens the scope of a custom route:
            `rows: Annotated[Scope[ThingRead], router.scope]`, or `ReadScope` for a public resource.
        tag: The description of its operations in the OpenAPI document.
    """

    def __init__(self, resource: Resource[ReadT], access: Access, prefix: str) -> None:
        """Create a router without routes."""
        self.resource = resource
        self.scope = Depends(ScopeDependency(resource, access))
        self.tag = _tag(resource)
        self._custom_routes = 0
        super().__init__(
            prefix=prefix + resource.path,
            tags=[resource.collection],
            route_class=PublicRoute if resource.public else ResourceRoute,
        )

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Add a custom route. One that returns a row responds, and is documented, like a generated one."""
        self.add_operation(path, endpoint, self.scope, **options)
        # Before the generated ones: /things/count is not the thing with the id "count".
        self.routes.insert(self._custom_routes, self.routes.pop())
        self._custom_routes += 1

    def add_operation(self, path: str, endpoint: Callable[..., Any], scope: Any, **options: Any) -> None:
        """Add a route after the existing ones, with a scope that it requires even if it takes none."""
        status = options["status_code"] = options.get("status_code") or 200
        responses = options.get("responses") or {}
        if get_type_hints(endpoint).get("return") is self.resource.read:
            options["response_model"] = self.resource.response_schema
            responses = {status: ROW_HEADERS, **responses}
        if options.get("response_description") in {None, "Successful Response"}:  # FastAPI's default
            options["response_description"] = "The result of the operation."
        if self.resource.conflicts.intersection(options.get("methods") or ["GET"]):
            responses = {**problem_responses(409), **responses}
        options["responses"] = responses
        options["operation_id"] = options.get("operation_id") or operation_id(endpoint.__name__)
        options["dependencies"] = [scope, *(options.get("dependencies") or ())]
        endpoint = responds_with_row(endpoint, self.resource.encoder, status)
        super().add_api_route(path, endpoint, **options)

    def finish(self) -> None:
        """Complete the documentation, now that all tables are declared.

        Raises:
            DeclarationError: a reference is to a table that is not declared.
        """
        check_references(self.resource)
        if list(blocking_conditions(self.resource.table, self.resource.table.c.id)):
            for route in self.routes:
                if isinstance(route, ResourceRoute) and "DELETE" in (route.methods or ()):
                    route.responses.update(problem_responses(409))


def _tag(resource: Resource[Any]) -> dict[str, str]:
    name = resource.collection
    noun = name.replace("-", " ").capitalize()
    visibility = "readable by everyone" if resource.public else "each visible to its owner only"
    return {"name": name, "description": f"{noun}, {visibility}."}


def operation_id(name: str) -> str:
    """Return an operation id, which names the operation in clients: `list_things` becomes `listThings`."""
    return to_camel(name.replace(" ", "_").replace("-", "_"))
