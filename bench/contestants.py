"""Who is measured: the application, the others, and what it takes to start each of them."""

from dataclasses import dataclass

from bench.operations import Operation, owner_name, row_id


@dataclass(frozen=True)
class Contestant:
    """One way to write the API.

    Attributes:
        key: Its short name.
        title: Its name in the tables.
        module: Where its ASGI or WSGI application `app` is.
        what: What it is, in a phrase.
        prefix: What stands before `/tasks`.
        listing: What follows `/tasks` to get 50, the newest first.
        row: What follows `/tasks/` to name a row.
        items: The member of a list's answer that holds the rows.
        server: What serves it over sockets.
    """

    key: str
    title: str
    module: str
    what: str
    prefix: str = ""
    listing: str = "?limit=50"
    row: str = "{id}"
    items: str = "items"
    server: str = "uvicorn"

    def path(self, operation: Operation, owner: int, row: int) -> str:
        """Where the request is sent, with the query."""
        return self.template(operation).format(owner=owner_name(owner), id=row_id(owner, row))

    def template(self, operation: Operation) -> str:
        """The same with `{owner}` and `{id}` to be filled in."""
        if not operation.on_row:
            return f"{self.prefix}/tasks{self.listing if operation.method == 'GET' else ''}"
        return f"{self.prefix}/tasks/{self.row}{operation.tail}"


OURS, FLOOR, BARE = "ours", "raw", "bare"

CONTESTANTS = (
    Contestant(
        OURS,
        "backend-todo",
        "app.main",
        "this application as `todo serve` runs it, its access log included (psycopg 3, nothing prepared)",
        prefix="/api/v1",
        server="todo",
    ),
    Contestant(
        FLOOR,
        "FastAPI + asyncpg",
        "bench.apps.raw",
        "FastAPI by hand on the bare driver: prepared statements, Pydantic bodies, an ETag",
    ),
    Contestant(
        "sqlmodel",
        "SQLModel tutorial",
        "bench.apps.sqlmodel_sync",
        "SQLModel as its tutorial writes it: `def` endpoints, a `Session`, psycopg2",
    ),
    Contestant(
        "sqlmodel-async",
        "SQLModel async",
        "bench.apps.sqlmodel_async",
        "the same with SQLModel's `AsyncSession` on asyncpg",
    ),
    Contestant(
        "fastcrud",
        "FastCRUD router",
        "bench.apps.fastcrud_router",
        "FastCRUD 0.23's `crud_router` with a `PolicyConfig` per owner, on asyncpg; the toggle by hand",
        listing="?offset=0&limit=50&sort=-created_at,-id",
        row="{owner}/{id}",
        items="data",
    ),
    Contestant(
        "drf",
        "Django REST",
        "bench.apps.drf",
        "Django REST framework's `ModelViewSet`, psycopg 3, gunicorn with 10 threads",
        listing="",
        items="results",
        server="gunicorn",
    ),
    Contestant(
        "litestar",
        "Litestar + Alchemy",
        "bench.apps.litestar_alchemy",
        "Litestar with Advanced Alchemy, msgspec bodies, asyncpg",
    ),
    Contestant(
        BARE,
        "no database",
        "bench.apps.bare",
        "the limit: an ASGI application that answers bytes of the same length, from nothing",
    ),
)

BY_KEY = {contestant.key: contestant for contestant in CONTESTANTS}
