"""Checks of the fuzzer, in addition to those of the document: rules that no schema expresses."""

import re
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response

WRITING_METHODS = {"POST", "PUT", "PATCH"}


def _row(response: Response) -> dict[str, Any] | None:
    """Return the row in a response, if it has one."""
    if response.status_code not in {200, 201}:
        return None
    row = response.json()
    return row if isinstance(row, dict) and "version" in row else None


def _is_generated(case: Case[Any]) -> bool:
    """Check for an operation on a collection or one of its rows; others may return any row."""
    path = case.operation.path
    others = case.operation.schema.raw_schema["paths"]
    return path.endswith("}") or any(other.startswith(f"{path}/{{") for other in others)


@schemathesis.check
def etag_is_the_version(_context: CheckContext, response: Response, _case: Case[Any]) -> None:
    """The ETag of a row is its version."""
    if row := _row(response):
        assert response.headers.get("etag") == [f'"{row["version"]}"'], "the ETag is not the version"


@schemathesis.check
def location_is_the_new_row(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """The Location of a 201 ends with the id of the new row."""
    if response.status_code == 201 and _is_generated(case):
        (location,) = response.headers.get("location", [""])
        assert location.endswith(f"/{response.json()['id']}"), "Location is not the URL of the row"


@schemathesis.check
def response_contains_the_written_values(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """A response to a write contains the fields of the body, unchanged."""
    row = _row(response)
    if row and case.method in WRITING_METHODS and _is_generated(case) and isinstance(case.body, dict):
        for name, value in case.body.items():
            assert row[name] == value or not _has_one_format(value), f"{name} was not written"


@schemathesis.check
def response_has_the_id_in_the_path(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """The row in a response is the one that the path identifies."""
    row = _row(response)
    if row and len(case.path_parameters or {}) == 1 and _is_generated(case):
        assert row["id"] in (case.path_parameters or {}).values(), "the response contains another row"


def _has_one_format(value: Any) -> bool:
    """Check that a value has one representation only; numbers and times have tests of their own."""
    return (
        value is None or isinstance(value, bool) or (isinstance(value, str) and not re.match("[-0-9]", value))
    )
