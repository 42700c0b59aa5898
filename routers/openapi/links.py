"""Where an answer leads: the links of OpenAPI between the operations of a document."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Operation = dict[str, Any]
Paths = Mapping[str, Mapping[str, Operation]]

_OWN_PARAMETER = re.compile(r"\{(\w+)\}")


def link(paths: Paths) -> None:
    """Say which operations a row's id, and a page's cursor, can be handed to.

    A row that was created or replaced leads to every operation on one row, a row that is gone to the one
    that finds it gone, a page to the next.
    """
    for collection, operations in paths.items():
        if listing := operations.get("get"):
            _link_pages(listing)
        for parameter, row in _rows(paths, collection):
            for operation in (operations.get("post"), paths[row].get("put")):
                _lead(operation, ("200", "201"), _on_one_row(paths, row, parameter, "$response.body#/id"))
            if get := paths[row].get("get"):
                again = _to(get, f"path.{parameter}", f"$request.path.{parameter}")
                _lead(paths[row].get("delete"), ("204",), {get["operationId"]: again})


def _rows(paths: Paths, collection: str) -> Iterator[tuple[str, str]]:
    """The path of one row of a collection, with the name of its parameter."""
    for path in paths:
        if path.startswith(f"{collection}/") and (
            found := _OWN_PARAMETER.fullmatch(path.removeprefix(f"{collection}/"))
        ):
            yield found[1], path


def _on_one_row(paths: Paths, row: str, parameter: str, expression: str) -> dict[str, Any]:
    return {
        operation["operationId"]: _to(operation, f"path.{parameter}", expression)
        for path, operations in paths.items()
        if path == row or (path.startswith(f"{row}/") and path.count("{") == row.count("{"))
        for operation in operations.values()
    }


def _link_pages(listing: Operation) -> None:
    if any(each["name"] == "cursor" for each in listing.get("parameters", ())):
        following = {"next": _to(listing, "query.cursor", "$response.body#/next_cursor")}
        _lead(listing, ("200",), following)


def _to(operation: Operation, parameter: str, expression: str) -> dict[str, Any]:
    return {"operationId": operation["operationId"], "parameters": {parameter: expression}}


def _lead(operation: Operation | None, statuses: tuple[str, ...], links: dict[str, Any]) -> None:
    for status in statuses:
        if links and operation and status in operation["responses"]:
            operation["responses"][status]["links"] = links
