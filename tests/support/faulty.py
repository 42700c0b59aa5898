"""Serve the application with the fault that `FAULT` names: `python -m tests.support.faulty`."""

import os

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.main import create_app
from tests.support.faults import REQUEST_FAULTS, RESPONSE_FAULTS, Exchange, nothing
from tests.support.serving import serve


class Faulty:
    """ASGI middleware that applies a fault to each exchange."""

    def __init__(self, app: ASGIApp, fault: str) -> None:
        self.app = app
        self.change_request = REQUEST_FAULTS.get(fault, nothing)
        self.change_response = RESPONSE_FAULTS.get(fault, nothing)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = await _read_request(scope, receive)
        method = exchange.method
        self.change_request(exchange)
        changed_scope = {
            **scope,
            "method": exchange.method,
            "path": exchange.path,
            "query_string": exchange.query.encode("latin-1"),
            "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in exchange.headers.items()],
        }
        exchange.method = method

        async def receive_body() -> Message:
            return {"type": "http.request", "body": exchange.body.encode("latin-1")}

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                exchange.response_headers = {
                    k.decode("latin-1"): v.decode("latin-1") for k, v in message["headers"]
                }
            else:
                exchange.response += message.get("body", b"").decode()

        await self.app(changed_scope, receive_body, collect)
        self.change_response(exchange)
        await _send_response(exchange, send)


async def _read_request(scope: Scope, receive: Receive) -> Exchange:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    headers.pop("content-length", None)
    query = scope["query_string"].decode("latin-1")
    return Exchange(scope["method"], scope["path"], query, headers, body.decode("latin-1"))


async def _send_response(exchange: Exchange, send: Send) -> None:
    content = exchange.response.encode()
    exchange.response_headers.pop("content-length", None)
    if exchange.status not in {204, 304}:
        exchange.response_headers["content-length"] = str(len(content))
    headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in exchange.response_headers.items()]
    await send({"type": "http.response.start", "status": exchange.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def faulty() -> Faulty:
    """Create the application with the fault that `FAULT` names, or without one for an unknown name."""
    return Faulty(create_app(), os.environ["FAULT"])


if __name__ == "__main__":
    serve("tests.support.faulty:faulty")
