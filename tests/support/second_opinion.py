"""Validate the requests and responses of ordinary tests against the OpenAPI document, with openapi-core."""

import json
from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import httpx
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.deserializing.styles.exceptions import EmptyQueryParameterValue
from openapi_core.templating.paths.exceptions import PathError
from werkzeug.datastructures import Headers, ImmutableMultiDict

from routers.exceptions import RejectedValues
from tests.support.shortened import shortened

BEYOND_A_SCHEMA = {
    "No resource has this id.",
    "This is not a valid value.",
}
"""Details of errors that no schema expresses: missing rows, validators."""

UNDOCUMENTED = ("/docs", "/openapi.json")
"""Paths that the document does not describe."""

MAX_ARRAYS = 500
"""The maximum number of arrays in a body that openapi-core can validate."""

JSON = ("application/problem+json", "application/merge-patch+json")
SETTINGS = Config(extra_media_type_deserializers=dict.fromkeys(JSON, json.loads))


@lru_cache
def _read(document: str) -> OpenAPI:
    return OpenAPI.from_dict(json.loads(document), config=SETTINGS)


class ValidatedRequest:
    """A request, in the interface of openapi-core."""

    def __init__(self, request: httpx.Request) -> None:
        self.host_url = f"{request.url.scheme}://{request.url.netloc.decode()}"
        self.method = request.method.lower()
        self.path = request.url.raw_path.decode().partition("?")[0]
        self.body = request.content or None
        self.content_type = request.headers.get("content-type", "").lower().rstrip("; ")
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(request.url.query.decode(), keep_blank_values=True)),
            header=Headers(list(request.headers.items())),
        )


class ValidatedResponse:
    """A response, in the interface of openapi-core."""

    def __init__(self, response: httpx.Response) -> None:
        self.status_code = response.status_code
        self.headers = Headers(list(response.headers.items()))
        self.content_type = response.headers.get("content-type", "").lower()
        self.data = response.content or None


class SecondOpinion(httpx.AsyncBaseTransport):
    """A transport that fails the test if an exchange does not match the document."""

    def __init__(self, transport: httpx.AsyncBaseTransport, document: dict[str, Any]) -> None:
        self.transport = transport
        self.document = _read(json.dumps(document))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to the application, and validate the exchange."""
        await request.aread()
        response = await self.transport.handle_async_request(request)
        await response.aread()
        for error in self.errors(request, response):
            sent = shortened(f"{request.method} {request.url}, {request.content!r}")
            raise AssertionError(f"{sent}: {shortened(error, 1000)}")
        return response

    def errors(self, request: httpx.Request, response: httpx.Response) -> Iterable[str]:
        """Yield where the document and the application disagree."""
        if request.method in {"HEAD", "OPTIONS"} or request.content.count(b"[") > MAX_ARRAYS:
            return
        validated, status = ValidatedRequest(request), response.status_code
        invalid = [
            error for error in self.document.iter_request_errors(validated) if not _is_empty_parameter(error)
        ]
        if any(isinstance(error, PathError) for error in invalid):
            if status < HTTPStatus.BAD_REQUEST and not validated.path.startswith(UNDOCUMENTED):
                yield f"the document has no such operation, but the response is {status}"
            return
        if invalid and status < HTTPStatus.BAD_REQUEST:
            yield f"the request is invalid ({invalid}), but the response is {status}"
        if not invalid and _rejects_body(response) and not _has_surrogates(request):
            yield f"the body is valid, but it is rejected: {response.text}"
        for error in self.document.iter_response_errors(validated, ValidatedResponse(response)):
            yield f"the response {status} does not match the document: {error!r} {error.__cause__!r}"


def _is_empty_parameter(error: Exception) -> bool:
    """Check for the error of an empty parameter: OpenAPI 2 had a rule for them, but a string may be empty."""
    return isinstance(error.__cause__, EmptyQueryParameterValue)


def _rejects_body(response: httpx.Response) -> bool:
    """Check for an error in the body; parameters have rules that no schema expresses."""
    if response.status_code != HTTPStatus.UNPROCESSABLE_ENTITY:
        return False
    problem = response.json()
    if problem["detail"] == RejectedValues.detail:
        return False
    return any("pointer" in error and error["detail"] not in BEYOND_A_SCHEMA for error in problem["errors"])


def _has_surrogates(request: httpx.Request) -> bool:
    """Check for lone surrogates in a body, which a JSON schema cannot exclude."""
    try:
        json.dumps(json.loads(request.content), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
