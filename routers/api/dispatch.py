"""The way past the framework, to the routes that have a short one."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from fastapi.telemetry import get_telemetry_data
from starlette.convertors import StringConvertor
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute, compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from routers.api.fast_path import Otherwise, Shortcut, shortcut
from routers.api.strict_request import OUTCOME, StrictRequest
from routers.exceptions import TooLarge

_DIGITS = 18
"""Of a length that may be read as a number."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Dispatch:
    """ASGI middleware that takes the short way to each route that has one.

    What has none goes on to the framework, what is not well-formed too, and so does every exception and
    every response that is more than a text, to be raised or sent where it would have been. A route that is
    added after the first request is the framework's.
    """

    def __init__(self, app: ASGIApp, api: FastAPI) -> None:
        """Wrap the routing of an application."""
        self.app = app
        self.api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        short = self._found(scope) if scope["type"] == "http" else None
        if short is None:
            await self.app(scope, receive, send)
            return
        request = StrictRequest(scope, _bounded(receive, self.api.max_body_size))
        try:
            outcome = await short.answer(request)
        except Otherwise:
            outcome = None
        except Exception as error:  # noqa: BLE001 # the route raises it again
            outcome = error
        else:
            if type(outcome) is Response and outcome.background is None:
                await outcome(scope, receive, send)
                return
            if not isinstance(outcome, Response):
                outcome = TypeError(f"{short.endpoint.__name__} has answered no response: {outcome!r}")
        scope[OUTCOME] = outcome
        await self.app(scope, _again(request, receive), send)

    def _found(self, scope: Scope) -> Shortcut | None:
        """The short way of a request, whose scope then says what the framework's says of it."""
        if self.api.dependency_overrides or get_telemetry_data() is not None:
            return None
        table = self._tables.get(scope["method"])
        found = table.pattern.fullmatch(_path(scope)) if table else None
        if table is None or found is None:
            return None
        last = found.lastindex or 0
        short, names = table.ends[last]
        if short is None or not self._may_fit(scope):
            return None
        values = found.groups()[last - 1 - len(names) : last - 1]
        scope["path_params"] = {**scope.get("path_params", {}), **dict(zip(names, values, strict=True))}
        scope["route"], scope["endpoint"] = short.route, short.endpoint
        scope.setdefault("router", self.api.router)
        return short

    def _may_fit(self, scope: Scope) -> bool:
        """Whether a request does not say itself that it is too large."""
        limit = self.api.max_body_size
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        if limit is None or not lengths:
            return True
        (length, *others) = lengths
        return not others and length.isdigit() and len(length) <= _DIGITS and int(length) <= limit

    @cached_property
    def _tables(self) -> dict[str, "_Table"]:
        contexts = list(_in_order(self.api))
        limit = self.api.max_body_size
        return {method: _Table.of(contexts, method, limit) for method in METHODS}


class _Table(NamedTuple):
    """The routes of a method as one pattern, in their order.

    Attributes:
        pattern: An alternative for each; the last group of each is empty, and says which it is.
        ends: By the number of that group, the short way, if there is one, and the names in the path.
    """

    pattern: re.Pattern[str]
    ends: dict[int, tuple[Shortcut | None, tuple[str, ...]]]

    @classmethod
    def of(cls, contexts: Iterable[RouteContext], method: str, limit: int | None) -> "_Table":
        alternatives, ends, groups = [], {}, 0
        for context in contexts:
            if method not in (context.methods or {method}):
                continue
            mounted = "/{path:path}" if isinstance(context.original_route, Mount) else ""
            path, _, convertors = compile_path(f"{context.path}{mounted}")
            alternatives.append(f"(?:{_NAMED.sub('(', path.pattern)})()")
            groups += path.groups + 1
            plain = all(isinstance(each, StringConvertor) for each in convertors.values())
            usual = plain and getattr(context, "max_body_size", None) in {None, limit}
            ends[groups] = (shortcut(context) if usual else None), tuple(convertors)
        return cls(re.compile("|".join(alternatives)), ends)


_NAMED = re.compile(r"\(\?P<\w+>")


def _in_order(api: FastAPI) -> Iterator[RouteContext]:
    """All routes whose paths are known; what comes after one of another kind is left to the framework."""
    for context in iter_route_contexts(api.routes):
        if isinstance(context.original_route, WebSocketRoute):
            continue
        if not isinstance(context.original_route, Route | Mount):
            return
        yield context


def _path(scope: Scope) -> str:
    """The path below the one that the application is mounted at, as Starlette has it."""
    root, path = scope.get("root_path", ""), str(scope["path"])
    below = path.removeprefix(root)
    return below if below[:1] in {"", "/"} else path


def _bounded(receive: Receive, limit: int | None) -> Receive:
    """What refuses a body as soon as it is too large, whatever it has said of itself."""
    if limit is None:
        return receive
    left = limit

    async def receive_bounded() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge
        return message

    return receive_bounded


def _again(request: StrictRequest, receive: Receive) -> Receive:
    """What gives the body that a request has read already, then whatever follows."""
    unsaid = [] if request.sent is None else [request.sent]

    async def receive_again() -> Message:
        return {"type": "http.request", "body": unsaid.pop()} if unsaid else await receive()

    return receive_again
