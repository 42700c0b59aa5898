"""A second opinion on every exchange of the ordinary tests: another library judges it by the document."""

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

BEYOND_A_SCHEMA = {"There is nothing with this id.", "These values do not go together."}
"""Why a body may be refused that its schema admits: what rows there are, rules over several members."""

OUTSIDE = ("/docs", "/openapi.json")
"""What is served and not documented."""

DEEPEST = 500
"""How many arrays within arrays the library can read."""

JSON = ("application/problem+json", "application/merge-patch+json")
SETTINGS = Config(extra_media_type_deserializers=dict.fromkeys(JSON, json.loads))


@lru_cache
def _read(document: str) -> OpenAPI:
    return OpenAPI.from_dict(json.loads(document), config=SETTINGS)


class Asked:
    """A request, as the library wants it."""

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


class Answered:
    """An answer, as the library wants it."""

    def __init__(self, response: httpx.Response) -> None:
        self.status_code = response.status_code
        self.headers = Headers(list(response.headers.items()))
        self.content_type = response.headers.get("content-type", "").lower()
        self.data = response.content or None


class SecondOpinion(httpx.AsyncBaseTransport):
    """A transport that fails the test whose exchange is not what the document says."""

    def __init__(self, transport: httpx.AsyncBaseTransport, document: dict[str, Any]) -> None:
        self.transport = transport
        self.document = _read(json.dumps(document))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Ask the application, then the document."""
        await request.aread()
        response = await self.transport.handle_async_request(request)
        await response.aread()
        for sentence in self.disagreements(request, response):
            raise AssertionError(f"{request.method} {request.url}, {request.content!r}: {sentence}")
        return response

    def disagreements(self, request: httpx.Request, response: httpx.Response) -> Iterable[str]:
        """In what the document and the application are not of one mind."""
        if request.method in {"HEAD", "OPTIONS"} or request.content.count(b"[") > DEEPEST:
            return
        asked, status = Asked(request), response.status_code
        wrong = [error for error in self.document.iter_request_errors(asked) if not _is_empty(error)]
        if any(isinstance(error, PathError) for error in wrong):
            if status < HTTPStatus.BAD_REQUEST and not asked.path.startswith(OUTSIDE):
                yield f"the document has no such operation, and it answered {status}"
            return
        if wrong and status < HTTPStatus.BAD_REQUEST:
            yield f"the document refuses it ({wrong}), and it was answered with {status}"
        if not wrong and _body_refused(response) and not _has_surrogates(request):
            yield f"the document admits its body, and it was refused: {response.text}"
        for error in self.document.iter_response_errors(asked, Answered(response)):
            yield f"the answer {status} is not what the document says: {error!r} {error.__cause__!r}"


def _is_empty(error: Exception) -> bool:
    """Whether a parameter is refused for being empty, as OpenAPI 2 did; a string may be empty."""
    return isinstance(error.__cause__, EmptyQueryParameterValue)


def _body_refused(response: httpx.Response) -> bool:
    """Whether a member of the body is what was wrong; parameters have finer rules than a schema can say."""
    if response.status_code != HTTPStatus.UNPROCESSABLE_ENTITY:
        return False
    errors = response.json()["errors"]
    return any("pointer" in error and error["detail"] not in BEYOND_A_SCHEMA for error in errors)


def _has_surrogates(request: httpx.Request) -> bool:
    """Whether a body holds what is no text, which a JSON schema does not see."""
    try:
        json.dumps(json.loads(request.content), ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
