"""The application with one fault in it, which the fuzzer or another test has to find.

`python -m tests.faults` serves it; `FAULT` in the environment names the fault.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.main import create_app
from app.settings import read_settings
from tests.serving import serve


@dataclass
class Exchange:
    """A request before it reaches the application, or with the answer that comes back."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str
    status: int = 0
    answered: dict[str, str] = field(default_factory=dict)
    answer: str = ""

    @property
    def is_row(self) -> bool:
        """Whether the answer is a task."""
        return self.status in {200, 201} and '"version":' in self.answer and '"items":' not in self.answer

    def replace(self, **members: Any) -> None:
        """Replace members of the answer."""
        self.answer = json.dumps({**json.loads(self.answer), **members})


Change = Callable[[Exchange], None]

BEFORE: dict[str, Change] = {}
AFTER: dict[str, Change] = {}
"""What a fault does to a request, and to an answer."""


def _nothing(_exchange: Exchange) -> None:
    pass


def _before(change: Change) -> Change:
    BEFORE[change.__name__] = change
    return change


def _after(change: Change) -> Change:
    AFTER[change.__name__] = change
    return change


def _rewrite(exchange: Exchange, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the members of a body, where it has any."""
    try:
        sent = json.loads(exchange.body)
        change(sent)
        exchange.body = json.dumps(sent)
    except (ValueError, TypeError, KeyError, AttributeError):
        pass


@_before
def takes_yes_for_true(exchange: Exchange) -> None:
    _rewrite(exchange, lambda sent: sent.update(completed=bool(sent["completed"])))


@_before
def takes_unknown_members(exchange: Exchange) -> None:
    def drop(sent: dict[str, Any]) -> None:
        for name in sent.keys() - {"title", "description", "completed"}:
            del sent[name]

    _rewrite(exchange, drop)


@_before
def cuts_long_titles(exchange: Exchange) -> None:
    _rewrite(exchange, lambda sent: sent.update(title=sent["title"][:200]))


@_before
def forgets_the_description(exchange: Exchange) -> None:
    _rewrite(exchange, lambda sent: sent["description"] is not None and sent.update(description="lost"))


@_before
def believes_anyone(exchange: Exchange) -> None:
    exchange.headers["x-user-id"] = "fuzzer"


@_before
def ignores_the_order(exchange: Exchange) -> None:
    exchange.query = exchange.query.replace("sort=title", "sort=-title")


@_before
def takes_limit_zero(exchange: Exchange) -> None:
    exchange.query = exchange.query.replace("limit=0", "limit=1")


@_before
def does_not_delete(exchange: Exchange) -> None:
    exchange.method = exchange.method.replace("DELETE", "GET")


def _says_gone(exchange: Exchange) -> None:
    if exchange.method == "DELETE" and exchange.status == 200:
        exchange.status, exchange.answer = 204, ""


AFTER["does_not_delete"] = _says_gone


@_before
def does_not_toggle(exchange: Exchange) -> None:
    if exchange.path.endswith("/toggle") and exchange.method == "POST":
        exchange.method, exchange.path, exchange.body = "PATCH", exchange.path.removesuffix("/toggle"), "{}"
        exchange.headers["content-type"] = "application/json"


@_after
def fails_on_a_search(exchange: Exchange) -> None:
    if "q=" in exchange.query:
        exchange.status = 500


@_after
def answers_202(exchange: Exchange) -> None:
    if exchange.status == 201:
        exchange.status = 202


@_after
def forgets_allow(exchange: Exchange) -> None:
    exchange.answered.pop("allow", None)


@_after
def forgets_the_tag(exchange: Exchange) -> None:
    exchange.answered.pop("etag", None)


@_after
def has_an_old_tag(exchange: Exchange) -> None:
    if "etag" in exchange.answered:
        exchange.answered["etag"] = '"0"'


@_after
def forgets_the_location(exchange: Exchange) -> None:
    exchange.answered.pop("location", None)


@_after
def forgets_who_to_be(exchange: Exchange) -> None:
    exchange.answered.pop("www-authenticate", None)


@_after
def answers_null_to_a_patch(exchange: Exchange) -> None:
    if exchange.method == "PATCH" and exchange.is_row:
        exchange.answer = "null"


@_after
def calls_problems_json(exchange: Exchange) -> None:
    if exchange.status >= 400:
        exchange.answered["content-type"] = "application/json"


@_after
def leaves_a_member_out(exchange: Exchange) -> None:
    if exchange.is_row:
        row = json.loads(exchange.answer)
        del row["description"]
        exchange.answer = json.dumps(row)


@_after
def writes_numbers_as_text(exchange: Exchange) -> None:
    if exchange.is_row:
        exchange.replace(version=str(json.loads(exchange.answer)["version"]))


@_after
def creates_elsewhere(exchange: Exchange) -> None:
    if exchange.method == "POST" and exchange.status == 201:
        exchange.replace(id="01a20c24-d8bb-769e-a271-da3cedb4fbe8")


@_after
def shows_a_row_of_another_id(exchange: Exchange) -> None:
    if exchange.method == "GET" and exchange.is_row:
        exchange.replace(id="01a20c24-d8bb-769e-a271-da3cedb4fbe8")


class Faulty:
    """ASGI middleware that puts a fault into each exchange."""

    def __init__(self, app: ASGIApp, fault: str) -> None:
        self.app = app
        self.before = BEFORE.get(fault, _nothing)
        self.after = AFTER.get(fault, _nothing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = await _received(scope, receive)
        method = exchange.method
        self.before(exchange)
        inside = {
            **scope,
            "method": exchange.method,
            "path": exchange.path,
            "query_string": exchange.query.encode("latin-1"),
            "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in exchange.headers.items()],
        }
        exchange.method = method

        async def body() -> Message:
            return {"type": "http.request", "body": exchange.body.encode("latin-1")}

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                exchange.answered = {k.decode("latin-1"): v.decode("latin-1") for k, v in message["headers"]}
            else:
                exchange.answer += message.get("body", b"").decode()

        await self.app(inside, body, keep)
        self.after(exchange)
        await _answer(exchange, send)


async def _received(scope: Scope, receive: Receive) -> Exchange:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    names = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    names.pop("content-length", None)
    query = scope["query_string"].decode("latin-1")
    return Exchange(scope["method"], scope["path"], query, names, body.decode("latin-1"))


async def _answer(exchange: Exchange, send: Send) -> None:
    content = exchange.answer.encode()
    exchange.answered.pop("content-length", None)
    if exchange.status not in {204, 304}:
        exchange.answered["content-length"] = str(len(content))
    headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in exchange.answered.items()]
    await send({"type": "http.response.start", "status": exchange.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def faulty() -> Faulty:
    """The application, with the fault that `FAULT` names; without a fault where it names none."""
    return Faulty(create_app(read_settings()), os.environ["FAULT"])


if __name__ == "__main__":
    serve("tests.faults:faulty")
