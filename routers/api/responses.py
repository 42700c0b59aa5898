"""Responses with rows and their entity tags."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints
from urllib.parse import quote
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from routers.api.conditional_headers import etag
from routers.openapi.components import header_references
from routers.queries.preconditions import Preconditions
from routers.schemas.read_row import ReadRow
from routers.schemas.response_encoder import ResponseEncoder

ROW_HEADERS = {"headers": header_references("ETag")}
CREATED_HEADERS = {"headers": header_references("ETag", "Location")}

Encoder = ResponseEncoder[Any]


def location(request: Request, row_id: UUID | None = None) -> str:
    """Return the URL of the requested row or, in its collection, of a new one."""
    path = request.scope["path"] if row_id is None else f"{request.scope['path']}/{row_id}"
    return quote(path, safe="/:@!$&'()*+,;=~")


def row_response(encoder: Encoder, row: Any, status: int, url: str | None = None) -> Response:
    """Return a response with a row, its ETag and the URL of a new row."""
    headers = {"etag": etag(row.version)}
    if url is not None:
        headers["location"] = url
    return Response(encoder.row(row), status, headers, media_type="application/json")


def read_response(encoder: Encoder, row: Any, preconditions: Preconditions) -> Response:
    """Return the response to a GET: 304 if the client has this version.

    Raises:
        PreconditionFailed: `If-Match` has another version.
    """
    if not preconditions.match_met_by(row.version):
        raise preconditions.failure()
    if preconditions.not_modified(row.version):
        return Response(status_code=304, headers={"etag": etag(row.version)})
    return row_response(encoder, row, 200)


def responds_with_row(endpoint: Callable[..., Any], encoder: Encoder, status: int) -> Callable[..., Any]:
    """Turn the row that an endpoint returns into a response; other return values stay as they are.

    Raises:
        TypeError: the endpoint is not `async def`; it would run in a thread, without the event loop.
    """
    if not inspect.iscoroutinefunction(endpoint):
        raise TypeError(f"{endpoint.__name__} must be `async def`: the methods of a scope are async.")
    if get_type_hints(endpoint).get("return") is Response:
        return endpoint

    @functools.wraps(endpoint)
    async def respond(*arguments: Any, **options: Any) -> Any:
        result = await endpoint(*arguments, **options)
        return row_response(encoder, result, status) if isinstance(result, ReadRow) else result

    return respond
