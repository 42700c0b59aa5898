"""The least that an ASGI application can do: bytes of the right length, from no database."""

from typing import Any

_TASK = (
    b'{"id":"00000000-0000-7000-8000-000000000000","created_at":"2026-01-01T00:00:00.000000Z",'
    b'"updated_at":"2026-01-01T00:00:00.000000Z","version":1,"title":"Task 000 of this owner",'
    b'"description":"What is to be done, in some words.","completed":false}'
)
_PAGE = b'{"items":[' + b",".join([_TASK] * 50) + b'],"next_cursor":null}'


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Read the request and answer."""
    if scope["type"] == "lifespan":
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})
        return
    while (await receive()).get("more_body"):
        pass
    method = scope["method"]
    body = (
        b""
        if method == "DELETE"
        else _PAGE
        if scope["path"].endswith("/tasks") and method == "GET"
        else _TASK
    )
    status = (
        204 if method == "DELETE" else 201 if scope["path"].endswith("/tasks") and method == "POST" else 200
    )
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
