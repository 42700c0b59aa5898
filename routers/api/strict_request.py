"""A request, read more strictly than the framework does."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.datastructures import QueryParams
from starlette.requests import Request

from routers.api.validation_errors import Violation
from routers.exceptions import InvalidRequest, MalformedBody, ProblemError, UnsupportedMediaType

KEPT, _LONGEST_KEPT = 256, 256
"""How many media types and queries are remembered, as they were read, and of how many bytes at most."""

OUTCOME = "routers.outcome"
"""Where a scope holds what its endpoint has answered or raised already, for its route to do it."""

_REFUSED = "routers.refused"
_CHARSET = re.compile(r';[ \t]*charset="?([^";]*)', re.IGNORECASE)


class StrictRequest(Request):
    """A request whose body must be JSON in every point of RFC 8259, with unique member names.

    The framework reads the body before it asks for the owner, but "nobody" outranks "malformed". So
    what is wrong with the body is remembered here and raised by `admit`, which runs after the owner.

    Attributes:
        sent: The body, once it has been read.
    """

    sent: bytes | None = None

    async def body(self) -> bytes:
        """Read the body, and remember where its media type is not one that the method takes."""
        self.sent = body = await super().body()
        if body and not self._is_json():
            self._refuse(UnsupportedMediaType())
        return body

    async def json(self) -> Any:
        """Parse the body, and remember where it cannot be parsed."""
        try:
            return _DECODER.decode((await self.body()).decode())
        except (ValueError, RecursionError):
            self._refuse(MalformedBody())
            return None

    def _is_json(self) -> bool:
        types = [value for name, value in self.scope["headers"] if name == b"content-type"]
        return len(types) == 1 and for_text(types[0], _is_taken)(types[0], self.method)

    def _refuse(self, error: ProblemError) -> None:
        self.scope.setdefault(_REFUSED, error)


def for_text(text: bytes, read: Any) -> Any:
    """What reads a text and remembers it, or not where it is long: it would take too much room."""
    return read if len(text) <= _LONGEST_KEPT else read.__wrapped__


@lru_cache(KEPT)
def _is_taken(content_type: bytes, method: str) -> bool:
    """Whether a body of this media type is."""
    media_type, separator, parameters = content_type.decode("latin-1").partition(";")
    charset = _CHARSET.search(separator + parameters)
    taken = {"application/json"}
    if method == "PATCH":
        taken.add("application/merge-patch+json")
    utf_8 = charset is None or charset[1].strip(" \t").lower() == "utf-8"
    return media_type.strip(" \t").lower() in taken and utf_8


def admit(request: Request, query_parameters: Mapping[str, bool]) -> None:
    """Refuse a body that could not be read, and a query with unknown or repeated parameters.

    `query_parameters`: those that there are, with whether they may be repeated.

    Raises:
        UnsupportedMediaType: the body is of another type.
        MalformedBody: the body is not JSON.
        InvalidRequest: the query is not one that the document describes.
    """
    if (refused := request.scope.get(_REFUSED)) is not None:
        raise refused
    if query := request.scope["query_string"]:
        _admit_query(for_text(query, _names)(query), query_parameters)


@lru_cache(KEPT)
def _names(query: bytes) -> tuple[str, ...] | None:
    """The parameters that a query names, repetitions included; None where it is no UTF-8."""
    try:
        unquote_to_bytes(query).decode()
    except UnicodeDecodeError:
        return None
    return tuple(name for name, _ in QueryParams(query).multi_items())


def _admit_query(names: tuple[str, ...] | None, known: Mapping[str, bool]) -> None:
    if names is None:
        raise InvalidRequest([Violation(parameter="", detail="The query must be UTF-8.")])
    if not known.keys() >= set(names):
        expected = ", ".join(sorted(known)) or "none at all"
        detail = f"There is an unknown query parameter; known here: {expected}."
        raise InvalidRequest([Violation(parameter="", detail=detail)])
    if repeated := sorted({name for name in names if names.count(name) > 1 and not known[name]}):
        detail = "This may be given once."
        raise InvalidRequest([Violation(parameter=name, detail=detail) for name in repeated])


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member name occurs twice")
    return members


def _no_constant(_name: str) -> Any:
    raise ValueError("NaN and Infinity are not JSON")


def _integer(digits: str) -> float:
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts: a number all the same, and larger than any bound
        return float(digits)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_integer)
