"""The limit of server and client: responses of the usual length, without a database."""

from typing import Any

TASK = (
    b'{"id":"00000000-0000-7000-8000-000000000000","created_at":"2026-01-01T00:00:00.000000Z",'
    b'"updated_at":"2026-01-01T00:00:00.000000Z","version":1,"title":"Task 000 of this owner",'
    b'"description":"What is to be done, in some words.","completed":false}'
)
PAGE = b'{"items":[' + b",".join([TASK] * 50) + b'],"next_cursor":null}'


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        raise NotImplementedError
    while (await receive()).get("more_body"):
        pass
    method, collection = scope["method"], scope["path"].endswith("/tasks")
    body = b"" if method == "DELETE" else PAGE if collection and method == "GET" else TASK
    status = 204 if method == "DELETE" else 201 if collection and method == "POST" else 200
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
