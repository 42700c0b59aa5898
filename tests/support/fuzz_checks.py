"""What the fuzzer checks besides what the document says: promises that no schema can make."""

import re
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response

CHANGING = {"POST", "PUT", "PATCH"}


def _row(response: Response) -> dict[str, Any] | None:
    """The row that an answer holds."""
    if response.status_code not in {200, 201}:
        return None
    row = response.json()
    return row if isinstance(row, dict) and "version" in row else None


@schemathesis.check
def the_tag_is_the_version(_context: CheckContext, response: Response, _case: Case[Any]) -> None:
    """An answer with a row has its version as entity tag."""
    if row := _row(response):
        assert response.headers.get("etag") == [f'"{row["version"]}"'], "the ETag is not the version"


@schemathesis.check
def a_created_row_is_where_its_location_says(
    _context: CheckContext, response: Response, _case: Case[Any]
) -> None:
    """201 says where the row is."""
    if response.status_code == 201:
        (location,) = response.headers.get("location", [""])
        assert location.endswith(f"/{response.json()['id']}"), "Location is not the row's"


@schemathesis.check
def what_was_written_is_answered(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """The members that were sent come back as they were sent."""
    row = _row(response)
    if row and case.method in CHANGING and isinstance(case.body, dict):
        for name, sent in case.body.items():
            assert row[name] == sent or not _has_one_form(sent), f"{name} was not written"


@schemathesis.check
def a_row_is_found_under_its_id(_context: CheckContext, response: Response, case: Case[Any]) -> None:
    """A row that a path names is the one that is answered."""
    row = _row(response)
    if row and len(case.path_parameters or {}) == 1:
        assert row["id"] in (case.path_parameters or {}).values(), "another row was answered"


def _has_one_form(sent: Any) -> bool:
    """Whether there is one way to write this; numbers and times have tests of their own."""
    return sent is None or isinstance(sent, bool) or (isinstance(sent, str) and not re.match("[-0-9]", sent))
