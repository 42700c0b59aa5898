"""The operations of routers, as the OpenAPI document describes them, and requests to them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from fastapi.routing import APIRoute

from routers import Resource, ResourceRouter, ScopedRouter
from tests.support.isolation.values import Json

PRECONDITIONS: dict[str, list[dict[str, str]]] = {
    "If-Match": [{"If-Match": '"1"'}, {"If-Match": '"9"'}, {"If-Match": '"9"'}, {"If-Match": "*"}],
    "If-None-Match": [{"If-None-Match": "*"}, {"If-None-Match": '"2"'}],
}
"""Headers for the operations that have these parameters."""


@dataclass(frozen=True, eq=False)
class Operation:
    """An operation.

    Attributes:
        method: Its HTTP method.
        path: The template of its path.
        parameters: Its path, query and header parameters, preconditions excluded.
        preconditions: The headers with preconditions that it reads.
        body: The schema of its JSON body; None without a body.
        router: The index of its router.
    """

    method: str
    path: str
    parameters: Sequence[Json]
    preconditions: Sequence[Mapping[str, str]]
    body: Json | None
    router: int

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def advice(self) -> str:
        """Return what to add so that its requests succeed, as the end of a sentence."""
        names = [each["name"] for each in self.parameters if each["schema"].get("format") != "uuid"]
        places = [f"to its parameters ({', '.join(names)})"] if names else []
        if self.body is not None:
            name = str(self.body.get("$ref", "its schema")).rpartition("/")[2]
            places.append(f"to the members of its body ({name})")
        if not places:
            return "offer a route that brings its rows into the state that it needs"
        return f"add examples with which it succeeds {' and '.join(places)}"


@dataclass(frozen=True)
class Step:
    """One request of an owner.

    Attributes:
        owner: The owner.
        operation: The operation that it is a request to.
        url: The path and the query.
        bodies: The body, or several of which each is sent only if those before it were rejected.
        headers: The headers, without the owner.
        creates: Whether it must succeed, because other requests need its row.
    """

    owner: str
    operation: Operation
    url: str
    bodies: Sequence[Any] = (None,)
    headers: Mapping[str, str] = field(default_factory=dict)
    creates: bool = False


@dataclass(frozen=True)
class Api:
    """The routers of an application, and its OpenAPI document."""

    routers: Sequence[ScopedRouter]
    document: Mapping[str, Any]

    @cached_property
    def schemas(self) -> Mapping[str, Json]:
        """The schemas that a `$ref` names."""
        schemas: Mapping[str, Json] = self.document.get("components", {}).get("schemas", {})
        return schemas

    @cached_property
    def resources(self) -> Mapping[int, Resource[Any]]:
        """The resources, by the index of their router."""
        routers = enumerate(self.routers)
        return {index: each.resource for index, each in routers if isinstance(each, ResourceRouter)}

    @cached_property
    def operations(self) -> list[list[Operation]]:
        """The operations of each router.

        Raises:
            LookupError: the document lacks one, so no test would find its mistakes.
        """
        return [list(self._operations(index)) for index in range(len(self.routers))]

    @property
    def all_operations(self) -> Iterator[Operation]:
        """The operations of all routers."""
        return (each for group in self.operations for each in group)

    def _operations(self, index: int) -> Iterator[Operation]:
        for route in self.routers[index].routes:
            assert isinstance(route, APIRoute), route
            for method in sorted(route.methods or ()):
                operation = self.document["paths"].get(route.path_format, {}).get(method.lower())
                if operation is None:
                    raise LookupError(
                        f"{method} {route.path_format} is not in the OpenAPI document, so its isolation is "
                        "not tested: remove include_in_schema=False."
                    )
                yield _operation(method, route.path_format, operation, index)

    def operation(self, router: int, method: str, path: str) -> Operation:
        """Return an operation of a router, by the end of its path."""
        path = self.routers[router].prefix + path
        return next(each for each in self.operations[router] if (each.method, each.path) == (method, path))


def _operation(method: str, path: str, operation: Json, router: int) -> Operation:
    parameters = operation.get("parameters", ())
    names = [each["name"] for each in parameters]
    content = operation.get("requestBody", {}).get("content", {})
    return Operation(
        method,
        path,
        [each for each in parameters if each["name"] not in PRECONDITIONS],
        [headers for name in names for headers in PRECONDITIONS.get(name, ())],
        content.get("application/json", {}).get("schema"),
        router,
    )
