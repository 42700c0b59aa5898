"""Litestar with Advanced Alchemy: a controller on the library's operations, asyncpg."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from advanced_alchemy.base import DefaultBase
from advanced_alchemy.exceptions import NotFoundError
from advanced_alchemy.extensions.litestar import SQLAlchemyAsyncConfig, SQLAlchemyPlugin
from advanced_alchemy.filters import LimitOffset
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from advanced_alchemy.service import SQLAlchemyAsyncRepositoryService
from litestar import Controller, Litestar, Request, delete, get, patch, post
from litestar.di import Provide
from litestar.exceptions import NotAuthorizedException, NotFoundException
from msgspec import UNSET, Meta, Struct, UnsetType, to_builtins
from sqlalchemy import DateTime, Text, func, make_url, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from bench.apps import POOL, URL

Title = Annotated[str, Meta(min_length=1, max_length=200)]
Description = Annotated[str, Meta(max_length=2000)]


class Task(DefaultBase):
    __tablename__ = "task"

    owner_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=lambda: datetime.now(UTC))
    updated_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), default=lambda: datetime.now(UTC), onupdate=func.now()
    )
    version: Mapped[int] = mapped_column(default=1, onupdate=text("version + 1"))
    title: Mapped[str]
    description: Mapped[str | None] = mapped_column(Text)
    completed: Mapped[bool] = mapped_column(default=False)


class TaskCreate(Struct, forbid_unknown_fields=True):
    title: Title
    description: Description | None = None
    completed: bool = False


class TaskUpdate(Struct, forbid_unknown_fields=True):
    title: Title | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    completed: bool | UnsetType = UNSET


class TaskRead(Struct):
    id: UUID
    created_at: datetime
    updated_at: datetime
    version: int
    title: str
    description: str | None
    completed: bool


class Tasks(SQLAlchemyAsyncRepositoryService[Task]):
    class Repo(SQLAlchemyAsyncRepository[Task]):
        model_type = Task

    repository_type = Repo


async def provide_tasks(db_session: AsyncSession) -> AsyncIterator[Tasks]:
    async with Tasks.new(session=db_session) as tasks:
        yield tasks


async def provide_owner(request: Request[Any, Any, Any]) -> str:
    name = request.headers.get("x-user-id")
    if not name:
        raise NotAuthorizedException
    return name


class TaskController(Controller):
    path = "/tasks"
    dependencies = {"tasks": Provide(provide_tasks), "owner": Provide(provide_owner)}  # as documented

    @get()
    async def list_tasks(self, tasks: Tasks, owner: str, limit: int = 50) -> dict[str, list[TaskRead]]:
        newest = [("created_at", True), ("id", True)]
        rows = await tasks.get_many(LimitOffset(limit, 0), Task.owner_id == owner, order_by=newest)
        return {"items": [tasks.to_schema(row, schema_type=TaskRead) for row in rows]}

    @post()
    async def create_task(self, tasks: Tasks, owner: str, data: TaskCreate) -> TaskRead:
        row = await tasks.create({"owner_id": owner, **to_builtins(data)})
        return tasks.to_schema(row, schema_type=TaskRead)

    @get("/{task_id:uuid}")
    async def get_task(self, tasks: Tasks, owner: str, task_id: UUID) -> TaskRead:
        return tasks.to_schema(await tasks.get((owner, task_id)), schema_type=TaskRead)

    @patch("/{task_id:uuid}")
    async def update_task(self, tasks: Tasks, owner: str, task_id: UUID, data: TaskUpdate) -> TaskRead:
        row = await tasks.update(to_builtins(data), (owner, task_id))
        return tasks.to_schema(row, schema_type=TaskRead)

    @delete("/{task_id:uuid}")
    async def delete_task(self, tasks: Tasks, owner: str, task_id: UUID) -> None:
        await tasks.delete((owner, task_id))

    @post("/{task_id:uuid}/toggle", status_code=200)
    async def toggle_task(self, tasks: Tasks, owner: str, task_id: UUID) -> TaskRead:
        row = await tasks.get((owner, task_id))
        row.completed = not row.completed
        return tasks.to_schema(await tasks.update(row), schema_type=TaskRead)


def _absent(_request: Request[Any, Any, Any], _error: NotFoundError) -> Any:
    raise NotFoundException


_database = SQLAlchemyAsyncConfig(
    connection_string=make_url(URL).set(drivername="postgresql+asyncpg").render_as_string(),
    before_send_handler="autocommit",
)
_database.engine_config.pool_size = POOL
_database.engine_config.max_overflow = 0
app = Litestar([TaskController], plugins=[SQLAlchemyPlugin(config=_database)])
