"""Responses with rows and their entity tags."""

import functools
import inspect
from collections.abc import Callable, Sequence
from operator import or_
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from routers.api.conditional_headers import etag
from routers.api.root_path import quote_path
from routers.openapi.components import header_references
from routers.queries.pagination import Page
from routers.queries.preconditions import Preconditions
from routers.resource.resource import Resource
from routers.schemas.media_types import ACCEPT_PATCH, JSON, PATCH_MEDIA_TYPES
from routers.schemas.read_row import ReadRow
from routers.schemas.response_encoder import ResponseEncoder

ROW_HEADERS = {"headers": header_references("ETag")}
CREATED_HEADERS = {"headers": header_references("ETag", "Location")}
PATCHED_HEADERS = {"headers": header_references(ACCEPT_PATCH, "ETag")}

Encoder = ResponseEncoder[Any]


def location(request: Request, row_id: UUID | None = None) -> str:
    """Return the URL of the requested row or, in its collection, of a new one."""
    collection, _, own_id = request.scope["path"].rpartition("/")
    path = f"{collection}/{own_id.lower()}" if row_id is None else f"{request.scope['path']}/{row_id}"
    return quote_path(path)


def row_response(encoder: Encoder, row: Any, status: int, url: str | None = None) -> Response:
    """Return a response with a row, its ETag and the URL of a new row."""
    headers = {"etag": etag(row.version)}
    if url is not None:
        headers["location"] = url
    return Response(encoder.row(row), status, headers, media_type=JSON)


def page_response(encoder: Encoder, page: Page[Any], status: int) -> Response:
    """Return a response with a page."""
    return Response(encoder.page(page.items, page.next_cursor, page.total), status, media_type=JSON)


def patch_response(encoder: Encoder, row: Any) -> Response:
    """Return the response to a PATCH."""
    response = row_response(encoder, row, 200)
    response.headers[ACCEPT_PATCH] = PATCH_MEDIA_TYPES
    return response


def read_response(
    encoder: Encoder, row: Any, preconditions: Preconditions, *, always_fresh: bool = False
) -> Response:
    """Return the response to a GET: 304 if the client has this version.

    With `always_fresh`, the response has the row even then.

    Raises:
        PreconditionFailed: `If-Match` has another version.
    """
    if not preconditions.match_met_by(row.version):
        raise preconditions.failure()
    if preconditions.not_modified(row.version) and not always_fresh:
        return Response(status_code=304, headers={"etag": etag(row.version)})
    return row_response(encoder, row, 200)


def response_model(returned: Any, resources: Sequence[Resource[Any]]) -> Any:
    """Replace the declared schemas of rows and pages in an annotation by those of these resources."""
    for resource in resources:
        if returned is resource.read:
            return resource.response_schema
        if returned == _page_of(resource):
            return resource.page_schema
    arguments = get_args(returned)
    replaced = tuple(response_model(each, resources) for each in arguments)
    if replaced == arguments:
        return returned
    origin = get_origin(returned)
    return functools.reduce(or_, replaced) if origin in {Union, UnionType} else origin[replaced]


def _page_of(resource: Resource[Any]) -> Any:
    page: Any = Page
    return page[resource.read]


def respond_with_rows(
    endpoint: Callable[..., Any], resources: Sequence[Resource[Any]], status: int
) -> Callable[..., Any]:
    """Turn the row or the page that an endpoint returns into a response; other values stay as they are.

    Raises:
        TypeError: the endpoint is not `async def`; it would run in a thread, without the event loop.
    """
    if not inspect.iscoroutinefunction(endpoint):
        raise TypeError(f"{endpoint.__name__} must be `async def`: the methods of a scope are async.")
    returned = get_type_hints(endpoint).get("return")
    if returned is Response:
        return endpoint
    paged = [resource for resource in resources if returned == _page_of(resource)]

    @functools.wraps(endpoint)
    async def respond(*arguments: Any, **options: Any) -> Any:
        result = await endpoint(*arguments, **options)
        if isinstance(result, Page) and paged:
            return page_response(paged[0].encoder, result, status)
        if isinstance(result, ReadRow) and not get_args(returned):
            for resource in resources:
                if isinstance(result, resource.read):
                    return row_response(resource.encoder, result, status)
        return result

    return respond
