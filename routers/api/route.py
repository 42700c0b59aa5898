"""A route of a resource: read strictly, answered with rows, documented whole."""

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, get_args, get_origin, get_type_hints

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from routers.api.strict_request import OUTCOME, StrictRequest
from routers.exceptions import PreconditionFailed
from routers.openapi.document import IF_MATCH, IF_NONE_MATCH, headers, problem_responses
from routers.queries.preconditions import Preconditions, etag
from routers.tables.rows import ReadRow

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


class ResourceRoute(APIRoute):
    """A route that reads its request strictly and documents every status that it can answer."""

    public = False
    """Whether it asks for no owner."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """Complete what FastAPI derives from the endpoint."""
        super().__init__(path, endpoint, **options)
        self.query_parameters = dict(_parameters(self.dependant))
        methods = self.methods or set()
        statuses = [400, 413, 422, 500, 503] if self.public else [400, 401, 413, 422, 500, 503]
        if self.body_field is not None:
            statuses.append(415)
        if addresses_row := bool(self.dependant.path_params):
            statuses += [412] if "PUT" in methods else [404, 412]
        self.responses = {**problem_responses(*sorted(statuses)), **self.responses}
        if self.public:
            self.openapi_extra = {"security": [], **(self.openapi_extra or {})}
        if addresses_row:
            self.openapi_extra = {**_conditional(methods), **(self.openapi_extra or {})}

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Handle a request, read strictly."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            outcome: Any = request.scope.pop(OUTCOME, None)
            if outcome is None:
                outcome = await handle(StrictRequest(request.scope, request.receive))
            if isinstance(outcome, Exception):
                raise outcome
            answered: Response = outcome
            return answered

        return handle_strictly


def _parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """All query parameters, those of dependencies and models included, with whether they may be repeated."""
    for field in dependant.query_params:
        model = field.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            for name, member in model.model_fields.items():
                yield name, _is_list(member.annotation)
        else:
            yield field.alias, _is_list(model)
    for dependency in dependant.dependencies:
        yield from _parameters(dependency)


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is list or any(map(_is_list, get_args(kind)))


class PublicRoute(ResourceRoute):
    """The same for a resource that everyone may read."""

    public = True


def _conditional(methods: set[str]) -> dict[str, Any]:
    documented = [IF_MATCH] if methods & UNSAFE else [IF_NONE_MATCH]
    if "PUT" in methods:
        documented.append(IF_NONE_MATCH)
    return {"parameters": documented}


def answers_rows(endpoint: Callable[..., Any], status: int) -> Callable[..., Any]:
    """Turn the row that an endpoint returns into its answer, serialized once; a response is one already.

    Raises:
        TypeError: the endpoint is not `async def`; it would run in a thread, away from the database.
    """
    if not inspect.iscoroutinefunction(endpoint):
        raise TypeError(f"{endpoint.__name__} must be `async def`: the way to the rows is async.")
    if get_type_hints(endpoint).get("return") is Response:
        return endpoint

    @functools.wraps(endpoint)
    async def respond(*arguments: Any, **options: Any) -> Any:
        result = await endpoint(*arguments, **options)
        return row_response(result, status) if isinstance(result, ReadRow) else result

    return respond


def row_response(row: ReadRow, status: int, location: str | None = None) -> Response:
    """A row as an answer, with its entity tag."""
    headers = {"etag": etag(row.version)}
    if location is not None:
        headers["location"] = location
    content = row.__pydantic_serializer__.to_json(row)
    return Response(content, status, headers, media_type="application/json")


def read_response(row: ReadRow, preconditions: Preconditions) -> Response:
    """A row as the answer to a GET: 304 where the caller knows this state.

    Raises:
        PreconditionFailed: the caller asks for another state.
    """
    if not preconditions.match_holds_for(row.version):
        raise PreconditionFailed
    if preconditions.not_modified(row.version):
        return Response(status_code=304, headers={"etag": etag(row.version)})
    return row_response(row, 200)


ROW_HEADERS = {"headers": headers("ETag")}
CREATED_HEADERS = {"headers": headers("ETag", "Location")}
