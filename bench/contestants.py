"""The contestants: how to start each one and where it serves the operations."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import ROOT
from bench.operations import Operation, Request, Table, owner_name, row_id

UVICORN = ("uvicorn", "--port={port}", "--loop=uvloop", "--http=httptools", "--no-access-log")
GUNICORN = (
    "gunicorn",
    "--bind=127.0.0.1:{port}",
    "--worker-class=gthread",
    "--threads=10",
    "--keep-alive=60",
)


@dataclass(frozen=True)
class Contestant:
    """One implementation of the API.

    Attributes:
        key: Its name on the command line and in the results.
        title: Its name in tables and plots.
        serve: The command that serves it on the port `{port}`; the port is also in the variables PORT and
            TODO_PORT, the URL of the database in DATABASE_URL.
        app: `module:attribute` of its ASGI or WSGI application; without one, only sockets are measured.
        wsgi: Whether `app` is a WSGI application.
        prefix: The path before `/tasks`.
        listing: The query of a list of 50 rows, newest first.
        row: The path of one row below `/tasks/`.
        items: The member of a list response that holds the rows.
        source: The checkout whose packages it imports.
    """

    key: str
    title: str
    serve: tuple[str, ...]
    app: str = ""
    wsgi: bool = False
    prefix: str = ""
    listing: str = "?limit=50"
    row: str = "{id}"
    items: str = "items"
    source: Path = ROOT

    def path(self, operation: Operation) -> str:
        """Return the path and query of an operation, with the placeholders `{owner}` and `{id}`."""
        if operation.on_row:
            return f"{self.prefix}/tasks/{self.row}{operation.tail}"
        return f"{self.prefix}/tasks{self.listing if operation.method == 'GET' else ''}"

    def request(self, operation: Operation, owner: int, row: int, number: int = 0) -> Request:
        """Return the request of an operation on one owner's row."""
        name = owner_name(owner)
        path = self.path(operation).format(owner=name, id=row_id(owner, row))
        return Request(operation.method, path, name, operation.body.replace("@", str(number)))

    def requests(self, operation: Operation, table: Table, numbers: range) -> list[Request]:
        """Return the requests with these numbers."""
        return [self.request(operation, *table.target(operation, n), n) for n in numbers]


def _app(key: str, title: str, server: tuple[str, ...] = UVICORN, **more: Any) -> Contestant:
    app = f"bench.apps.{key}:app"
    return Contestant(key, title, (*server, "--log-level=warning", app), app, **more)


OURS = Contestant("ours", "backend-todo", ("todo", "serve"), "app.main:create_app", prefix="/api/v1")
REFERENCE = _app("raw", "FastAPI + asyncpg")
FLOOR = _app("bare", "no database")
CONTESTANTS = (
    OURS,
    REFERENCE,
    _app("sqlmodel_sync", "SQLModel tutorial"),
    _app("sqlmodel_async", "SQLModel async"),
    _app(
        "fastcrud_router",
        "FastCRUD router",
        listing="?offset=0&limit=50&sort=-created_at,-id",
        row="{owner}/{id}",
        items="data",
    ),
    _app("drf", "Django REST", GUNICORN, wsgi=True, listing="", items="results"),
    _app("litestar_alchemy", "Litestar + Alchemy"),
    FLOOR,
)
LIMIT, BASELINE = "pgbench", "baseline"
TITLES = {each.key: each.title for each in CONTESTANTS} | {LIMIT: "pgbench, no Python", BASELINE: BASELINE}
