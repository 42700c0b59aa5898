"""The application with one fault in it, named by `FAULT`: `python -m tests.support.faulty`."""

import os

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.main import create_app
from app.settings import read_settings
from tests.support.faults import AFTER, BEFORE, Exchange, nothing
from tests.support.serving import serve


class Faulty:
    """ASGI middleware that puts a fault into each exchange."""

    def __init__(self, app: ASGIApp, fault: str) -> None:
        self.app = app
        self.before = BEFORE.get(fault, nothing)
        self.after = AFTER.get(fault, nothing)

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
    serve("tests.support.faulty:faulty")
