"""Read requests more strictly than FastAPI: media type, JSON, query parameters."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request

from routers.exceptions import InvalidRequest, MalformedBody, ProblemError, UnsupportedMediaType
from routers.schemas.json_types import MAX_DEPTH
from routers.schemas.media_types import ACCEPT_PATCH, JSON, MERGE_PATCH, PATCH_MEDIA_TYPES
from routers.schemas.problem import MAX_VIOLATIONS, Violation

CACHE_SIZE, _MAX_CACHED_BYTES = 256, 256
"""How many media types and query strings are cached, and the maximum size of each."""

_CHARSET = re.compile(r';[ \t]*charset="?([^";]*)', re.IGNORECASE)


class StrictRequest(Request):
    """A request whose body must be JSON, with unique member names, and whose query parameters are known.

    FastAPI reads the body before it resolves dependencies, but 401 must win over errors in the body. So
    `body` and `json` raise none until `check` has raised them, which runs after the owner is known.
    """

    _content: Any = None
    _error: ProblemError | None = None
    _is_parsed = _is_checked = False

    async def read(self) -> bytes:
        """Read the whole body.

        Raises:
            MalformedBody: the client closed the connection before the end.
            starlette.exceptions.HTTPException: the body exceeds the limit (413).
        """
        try:
            return await super().body()
        except ClientDisconnect:
            raise MalformedBody from None

    def parse(self, body: bytes) -> Any:
        """Parse a body as JSON (RFC 8259).

        Raises:
            UnsupportedMediaType: the body is not declared as JSON.
            MalformedBody: it is not JSON.
        """
        self._check_headers()
        try:
            return _DECODER.decode(body.decode())
        except UnicodeDecodeError:
            raise MalformedBody("The body is not UTF-8.") from None
        except json.JSONDecodeError as error:
            raise MalformedBody(_syntax_error(error)) from None
        except RecursionError:
            raise MalformedBody(f"The body is nested too deep: {MAX_DEPTH} levels are possible.") from None

    def _check_headers(self) -> None:
        types = []
        for name, value in self.scope["headers"]:
            if name == b"content-type":
                types.append(value)
            elif name == b"content-encoding" and value.strip(b" \t").lower() != b"identity":
                coding = {"Accept-Encoding": "identity"}
                raise self._unsupported("Send the body without Content-Encoding.", coding)
        if len(types) != 1:
            many = "the request has several Content-Type headers" if types else "Content-Type is missing"
            raise self._unsupported(f"Send the body as {JSON}: {many}.")
        if error := cached(_media_type_error, types[0])(types[0], self.method):
            raise self._unsupported(error)

    def _unsupported(self, detail: str, headers: Mapping[str, str] = MappingProxyType({})) -> ProblemError:
        accepted = {ACCEPT_PATCH: PATCH_MEDIA_TYPES} if self.method == "PATCH" else {}
        return UnsupportedMediaType(detail, {**headers, **accepted})

    def check(self, query_parameters: Mapping[str, bool]) -> None:
        """Raise the error of the body that FastAPI has read, then check the query parameters.

        Raises:
            UnsupportedMediaType: the body is not declared as JSON.
            MalformedBody: the body is not JSON.
            InvalidRequest: a query parameter is unknown or repeated.
        """
        if self._error is not None:
            raise self._error
        check_query(self, query_parameters)
        self._is_checked = True

    async def body(self) -> bytes:
        """Read the body and, for FastAPI, parse it."""
        body = await super().body()
        if body and not self._is_checked and not self._is_parsed:
            self._is_parsed = True
            try:
                self._content = self.parse(body)
            except ProblemError as error:
                self._error = error
        return body

    async def json(self) -> Any:
        """Return the parsed body; before `check`, None if it could not be parsed."""
        body = await self.body()
        return self._content if self._is_parsed else self.parse(body)


def check_query(request: Request, known: Mapping[str, bool]) -> None:
    """Check that query parameters are known, and repeated only where they can be.

    `known`: the names of the parameters, with whether they can be repeated.

    Raises:
        InvalidRequest: a query parameter is unknown or repeated.
    """
    query = request.scope["query_string"]
    if not query:
        return
    names = cached(_parameter_names, query)(query)
    if names is None:
        raise InvalidRequest([Violation(parameter="", detail="The query must be UTF-8.")])
    if unknown := sorted(set(names).difference(known))[:MAX_VIOLATIONS]:
        expected = ", ".join(sorted(known)) or "none"
        detail = f"This parameter is unknown; known parameters: {expected}."
        raise InvalidRequest([Violation(parameter=name, detail=detail) for name in unknown])
    if repeated := sorted(name for name, count in Counter(names).items() if count > 1 and not known[name]):
        detail = "This must not be repeated."
        raise InvalidRequest([Violation(parameter=name, detail=detail) for name in repeated])


def cached(function: Any, text: bytes) -> Any:
    """Return a cached function, or the function itself for a text that is too long for the cache."""
    return function if len(text) <= _MAX_CACHED_BYTES else function.__wrapped__


@lru_cache(CACHE_SIZE)
def _media_type_error(content_type: bytes, method: str) -> str | None:
    """Return what is wrong with a media type; None for JSON in UTF-8."""
    media_type, separator, parameters = content_type.decode("latin-1").partition(";")
    accepted = [JSON, MERGE_PATCH] if method == "PATCH" else [JSON]
    if media_type.strip(" \t").lower() not in accepted:
        return f"Send the body as {' or '.join(accepted)}."
    charset = _CHARSET.search(separator + parameters)
    if charset and charset[1].strip(" \t").lower() != "utf-8":
        return "Send the body in UTF-8: JSON has no other charset."
    return None


@lru_cache(CACHE_SIZE)
def _parameter_names(query: bytes) -> tuple[str, ...] | None:
    """Return the names in a query string, repetitions included; None if it is not UTF-8."""
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        return None
    return tuple(name for name, _ in QueryParams(query).multi_items())


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        name, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise MalformedBody(f"The member `{name}` occurs twice in one object.")
    return members


def _reject_constant(name: str) -> Any:
    raise MalformedBody(f"The body is not valid JSON: {name} is no JSON number.")


def _syntax_error(error: json.JSONDecodeError) -> str:
    if error.doc.startswith("\ufeff"):
        return "The body begins with a byte order mark: drop it."
    place = f"line {error.lineno}, column {error.colno}"
    return f"The body is not valid JSON: {error.msg.removesuffix(' at')}, {place}."


def _integer(digits: str) -> float:
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts, so beyond any bound
        return float(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_reject_constant, parse_int=_integer)
