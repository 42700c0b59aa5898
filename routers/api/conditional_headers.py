"""Read `If-Match` and `If-None-Match`, and write `ETag` (RFC 9110 section 13)."""

import re

from starlette.requests import Request

from routers.exceptions import InvalidRequest
from routers.queries.preconditions import Preconditions
from routers.schemas.field_formats import MAX_ETAG_LIST_LENGTH
from routers.schemas.problem import Violation

_HEADERS = {b"if-match", b"if-none-match"}
_SPACE = " \t"
_TAG = re.compile(r'(?:W/)?"[^"]*"')
_VERSION_TAG = re.compile(r'(W/)?"([1-9][0-9]{0,9})"')
_MAX_VERSION = 2**31 - 1


def etag(version: int) -> str:
    """Return the strong entity tag of a row's version."""
    return f'"{version}"'


def read_preconditions(request: Request, id_parameter: str) -> Preconditions:
    """Read the conditional headers; a tag that is not one of ours matches no row.

    Raises:
        InvalidRequest: a list is longer than documented.
    """
    if not any(name in _HEADERS for name, _ in request.scope["headers"]):
        return Preconditions.NONE
    match = request.headers.getlist("if-match")
    none_match = request.headers.getlist("if-none-match")
    _check_length({"If-Match": match, "If-None-Match": none_match})
    matches_any = [tag.strip(_SPACE) for tag in match] == ["*"]
    return Preconditions(
        match=_versions(match, weak=False) if match and not matches_any else None,
        none_match=_versions(none_match, weak=True),
        must_exist=bool(match),
        must_not_exist="*" in (tag.strip(_SPACE) for tag in none_match),
        row=str(request.path_params.get(id_parameter) or "").lower() or None,
    )


def _check_length(headers: dict[str, list[str]]) -> None:
    detail = f"This must have at most {MAX_ETAG_LIST_LENGTH} characters."
    errors = [
        Violation(parameter=name, detail=detail)
        for name, values in headers.items()
        if len(", ".join(values)) > MAX_ETAG_LIST_LENGTH
    ]
    if errors:
        raise InvalidRequest(errors)


def _versions(headers: list[str], *, weak: bool) -> frozenset[int]:
    """Return the versions in a list of entity tags; weak tags count in a weak comparison only."""
    tags = (tag for header in headers for tag in _TAG.finditer(header) if _is_list_item(tag))
    matches = (_VERSION_TAG.fullmatch(tag[0]) for tag in tags)
    versions = (int(match[2]) for match in matches if match and (weak or not match[1]))
    return frozenset(version for version in versions if version <= _MAX_VERSION)


def _is_list_item(tag: re.Match[str]) -> bool:
    """Check that a tag is separated from its neighbours by commas."""
    before, after = tag.string[: tag.start()].rstrip(_SPACE), tag.string[tag.end() :].lstrip(_SPACE)
    return before[-1:] in {"", ","} and after[:1] in {"", ","}
