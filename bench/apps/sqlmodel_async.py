"""SQLModel's tutorial in async: the same with an AsyncSession, on asyncpg."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bench.apps import POOL, URL
from bench.apps.schemas import Owner, TaskCreate, TaskPage, TaskRead, TaskUpdate
from bench.apps.table import Task

engine = create_async_engine(
    make_url(URL).set(drivername="postgresql+asyncpg"), pool_size=POOL, max_overflow=0
)
app = FastAPI()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        yield session


DB = Annotated[AsyncSession, Depends(get_session)]


async def _found(session: AsyncSession, owner: str, task_id: UUID) -> Task:
    task = await session.get(Task, {"owner_id": owner, "id": task_id})
    if task is None:
        raise HTTPException(404)
    return task


async def _saved(session: AsyncSession, task: Task) -> Task:
    session.add(task)
    await session.commit()
    await session.refresh(task)
    return task


@app.get("/tasks", response_model=TaskPage)
async def list_tasks(session: DB, owner: Owner, limit: int = 50) -> object:
    newest = (col(Task.created_at).desc(), col(Task.id).desc())
    query = select(Task).where(Task.owner_id == owner).order_by(*newest).limit(limit)
    return {"items": (await session.exec(query)).all()}


@app.post("/tasks", status_code=201, response_model=TaskRead)
async def create_task(session: DB, owner: Owner, task: TaskCreate) -> Task:
    return await _saved(session, Task(owner_id=owner, **task.model_dump()))


@app.get("/tasks/{task_id}", response_model=TaskRead)
async def get_task(session: DB, owner: Owner, task_id: UUID) -> Task:
    return await _found(session, owner, task_id)


@app.patch("/tasks/{task_id}", response_model=TaskRead)
async def update_task(session: DB, owner: Owner, task_id: UUID, change: TaskUpdate) -> Task:
    task = await _found(session, owner, task_id)
    task.sqlmodel_update(change.model_dump(exclude_unset=True))
    return await _saved(session, task)


@app.delete("/tasks/{task_id}", status_code=204)
async def delete_task(session: DB, owner: Owner, task_id: UUID) -> None:
    await session.delete(await _found(session, owner, task_id))
    await session.commit()


@app.post("/tasks/{task_id}/toggle", response_model=TaskRead)
async def toggle_task(session: DB, owner: Owner, task_id: UUID) -> Task:
    task = await _found(session, owner, task_id)
    task.completed = not task.completed
    return await _saved(session, task)
