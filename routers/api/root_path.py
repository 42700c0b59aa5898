"""The root path: the prefix of all paths of an application that is mounted, or behind a gateway's prefix."""

import re
from collections.abc import Iterable
from urllib.parse import quote

from fastapi.routing import RouteContext
from starlette.types import Scope

MAX_ROOT_PATH_LENGTH = 255

_ROOT_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~-]+)*")


class RootPathError(TypeError):
    """The path of a route begins with the root path."""


def root_path_error(root_path: str) -> str | None:
    """Return why a text is no root path, and how to fix it; None if it is one."""
    if len(root_path) <= MAX_ROOT_PATH_LENGTH and _ROOT_PATH.fullmatch(root_path):
        return None
    return (
        "must look like /todo or /apps/todo: without a slash at the end, between the slashes characters of "
        f"A-Z a-z 0-9 . _ ~ -, in all up to {MAX_ROOT_PATH_LENGTH} characters"
    )


def check_routes(root_path: str, routes: Iterable[RouteContext]) -> None:
    """Check that no path of a route begins with the root path.

    Raises:
        RootPathError: one does.
    """
    own = root_path.split("/")
    for path in (route.path or "" for route in routes if root_path):
        parts = path.split("/")[: len(own)]
        if len(parts) == len(own) and all(map(_can_be_equal, parts, own)):
            raise RootPathError(
                f"The root path {root_path} is also the beginning of the route {path}, so a request does not "
                "tell whether its path includes the root path: choose another one."
            )


def _can_be_equal(part: str, text: str) -> bool:
    return "{" in part or part == text


def complete_root_path(scope: Scope, root_path: str) -> None:
    """Complete an ASGI scope: its `root_path` becomes the whole prefix, and its `path` begins with it.

    Servers and mounts set a root path, too. Whether `path` includes that of the server depends on the server.
    Whether it includes `root_path` depends on the gateway.
    """
    outer: str = scope.get("root_path", "")
    mounts = outer.removeprefix(scope.get("app_root_path", ""))
    whole = outer.rstrip("/")
    path = _below(_below(scope["path"], outer, whole, mounts), root_path)
    if _below(whole, root_path) == whole:
        whole = root_path + whole
    scope["root_path"], scope["path"] = whole, whole + path


def route_path(scope: Scope) -> str:
    """Return the path below the root path, as Starlette does."""
    return _below(scope["path"], scope.get("root_path", ""))


def quote_path(path: str) -> str:
    """Return a path as a part of a URL."""
    return quote(path, safe="/:@!$&'()*+,;=~")


def _below(path: str, *prefixes: str) -> str:
    """Return a path without the first of these prefixes that it has."""
    for prefix in prefixes:
        rest = path.removeprefix(prefix)
        if rest != path and rest[:1] in {"", "/"}:
            return rest
    return path
