"""Call one application inside this process, with the requests that standard input lists.

The file imports nothing of this project, so that it can run the packages of another checkout.
"""

import asyncio
import contextlib
import cProfile
import io
import json
import pkgutil
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median
from typing import Any
from wsgiref.util import setup_testing_defaults

import uvicorn
import uvloop

Send = Callable[[str, str, str, bytes], Awaitable[tuple[int, bytes]]]
"""Send method, path with query, owner and body; return the status and the body of the response."""


def asgi(app: Any, state: dict[str, Any]) -> Send:
    """Call an ASGI application as uvicorn does."""

    async def request(method: str, target: str, owner: str, body: bytes) -> tuple[int, bytes]:
        path, _, query = target.partition("?")
        headers = [(b"host", b"127.0.0.1:8000"), (b"x-user-id", owner.encode())]
        if body:
            headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
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
            "state": state.copy(),
        }
        status, content = 0, b""
        pending = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            return pending.pop() if pending else await asyncio.get_running_loop().create_future()

        async def send(message: Any) -> None:
            nonlocal status, content
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                content += message.get("body", b"")

        await app(scope, receive, send)
        return status, content

    return request


def wsgi(app: Any) -> Send:
    """Call a WSGI application as gunicorn does."""
    usual: dict[str, Any] = {}
    setup_testing_defaults(usual)

    async def request(method: str, target: str, owner: str, body: bytes) -> tuple[int, bytes]:
        path, _, query = target.partition("?")
        started: list[str] = []
        environ = usual | {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query}
        environ |= {"HTTP_X_USER_ID": owner, "wsgi.input": io.BytesIO(body)}
        if body:
            environ |= {"CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(body))}
        with contextlib.closing(app(environ, lambda status, _headers: started.append(status))) as chunks:
            content = b"".join(chunks)
        return int(started[0][:3]), content

    return request


async def measure(send: Send, requests: Sequence[Any], clients: int) -> dict[str, Any]:
    """Send the requests from concurrent clients; return CPU seconds per request, latencies, failures."""
    ready = [(method, path, owner, body.encode()) for method, path, owner, body in requests]
    waits, statuses, content = [], [], b""

    async def client(share: Sequence[tuple[str, str, str, bytes]]) -> None:
        nonlocal content
        for request in share:
            begin = time.perf_counter()
            status, content = await send(*request)
            waits.append(time.perf_counter() - begin)
            statuses.append(status)

    before = time.process_time()
    if clients == 1:
        await client(ready)  # without asyncio, which Django refuses
    else:
        await asyncio.gather(*(client(ready[place::clients]) for place in range(clients)))
    cpu = (time.process_time() - before) / len(ready)
    failed = sum(not 200 <= status < 300 for status in statuses)  # noqa: PLR2004 # successful statuses
    last = content.decode()
    return {"cpu": cpu, "p50": median(waits), "longest": max(waits), "failed": failed, "last": last}


async def work(target: str, send: Send) -> None:
    """Print the file of the application, then carry out each line of standard input and print its result."""
    print(json.dumps(sys.modules[target.partition(":")[0]].__file__), flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        profile = cProfile.Profile(time.process_time)
        with profile if job["profile"] else contextlib.nullcontext():
            result = await measure(send, job["requests"], job["clients"])
        if job["profile"]:
            profile.dump_stats(job["profile"])
        print(json.dumps(result), flush=True)


async def work_asgi(target: str) -> None:
    """Run the lifespan of an ASGI application around the work."""
    factory = target.endswith(":create_app")
    config = uvicorn.Config(target, factory=factory, log_config=None, proxy_headers=False)
    config.load()
    lifespan = config.lifespan_class(config)
    await lifespan.startup()
    await work(target, asgi(config.loaded_app, lifespan.state))
    await lifespan.shutdown()


if __name__ == "__main__":
    if sys.argv[2:] == ["wsgi"]:
        with contextlib.suppress(StopIteration):
            work(sys.argv[1], wsgi(pkgutil.resolve_name(sys.argv[1]))).send(None)
    else:
        uvloop.run(work_asgi(sys.argv[1]))
