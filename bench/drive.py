"""Requests to an application in this process, without sockets, each after the other."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

Send = Callable[[str, str, str, bytes], Awaitable["Answer"]]
"""Method, path with query, owner and body of a request; its answer."""


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


def asgi(app: Any) -> Send:
    """What sends to an ASGI application, in the form that uvicorn gives a request."""

    async def send_request(method: str, target: str, owner: str, body: bytes) -> Answer:
        path, _, query = target.partition("?")
        headers = [(b"host", b"127.0.0.1:8000"), (b"x-user-id", owner.encode())]
        if body:
            headers.append((b"content-type", b"application/json"))
            headers.append((b"content-length", str(len(body)).encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 50000),
            "scheme": "http",
            "method": method,
            "root_path": "",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": headers,
            "state": {},
        }
        answer = Answer()
        pending = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            return pending.pop() if pending else await asyncio.get_running_loop().create_future()

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = message.get("headers", [])
            else:
                answer.body += message.get("body", b"")

        await app(scope, receive, send)
        return answer

    return send_request


def wsgi(app: Any) -> Send:
    """What sends to a WSGI application."""

    async def send_request(method: str, target: str, owner: str, body: bytes) -> Answer:
        path, _, query = target.partition("?")
        answer = Answer()
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_X_USER_ID": owner,
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
        }
        if body:
            environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))}

        def start_response(status: str, headers: list[tuple[str, str]]) -> None:
            answer.status, answer.headers = int(status[:3]), headers

        with contextlib.closing(app(environ, start_response)) as chunks:
            answer.body = b"".join(chunks)
        return answer

    return send_request


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Start an ASGI application and stop it, as a server does."""
    told: asyncio.Queue[Any] = asyncio.Queue()
    heard: asyncio.Queue[Any] = asyncio.Queue()
    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    task = asyncio.create_task(app(scope, told.get, heard.put))
    for step in ("startup", "shutdown"):
        await told.put({"type": f"lifespan.{step}"})
        answer = await heard.get()
        if answer["type"] != f"lifespan.{step}.complete":
            raise RuntimeError(answer)
        if step == "startup":
            yield
    await task
