"""Add OpenAPI links between the operations of a document."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

Operation = dict[str, Any]
Paths = Mapping[str, Mapping[str, Operation]]

_PARAMETER = re.compile(r"\{(\w+)\}")


def add_links(paths: Paths) -> None:
    """Link responses to the operations that take their ids and cursors.

    A created or replaced row links to every operation on one row, a deleted row to its GET, a page to the
    next page.
    """
    for collection, operations in paths.items():
        if list_operation := operations.get("get"):
            _link_pages(list_operation)
        for parameter, row in _row_paths(paths, collection):
            for operation in (operations.get("post"), paths[row].get("put")):
                links = _row_links(paths, row, parameter, "$response.body#/id")
                _set_links(operation, ("200", "201"), links)
            if get := paths[row].get("get"):
                link = _link(get, f"path.{parameter}", f"$request.path.{parameter}")
                _set_links(paths[row].get("delete"), ("204",), {get["operationId"]: link})


def _row_paths(paths: Paths, collection: str) -> Iterator[tuple[str, str]]:
    """Yield the path of one row of a collection, with the name of its parameter."""
    for path in paths:
        if path.startswith(f"{collection}/") and (
            match := _PARAMETER.fullmatch(path.removeprefix(f"{collection}/"))
        ):
            yield match[1], path


def _row_links(paths: Paths, row: str, parameter: str, expression: str) -> dict[str, Any]:
    return {
        operation["operationId"]: _link(operation, f"path.{parameter}", expression)
        for path, operations in paths.items()
        if path == row or (path.startswith(f"{row}/") and path.count("{") == row.count("{"))
        for operation in operations.values()
    }


def _link_pages(list_operation: Operation) -> None:
    if any(each["name"] == "cursor" for each in list_operation.get("parameters", ())):
        links = {"next": _link(list_operation, "query.cursor", "$response.body#/next_cursor")}
        _set_links(list_operation, ("200",), links)


def _link(operation: Operation, parameter: str, expression: str) -> dict[str, Any]:
    return {"operationId": operation["operationId"], "parameters": {parameter: expression}}


def _set_links(operation: Operation | None, statuses: tuple[str, ...], links: dict[str, Any]) -> None:
    for status in statuses:
        if links and operation and status in operation["responses"]:
            operation["responses"][status]["links"] = links
