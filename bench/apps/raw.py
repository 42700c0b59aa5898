"""FastAPI by hand on the bare driver, asyncpg: prepared statements, one for each operation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI, HTTPException, Response
from uuid_utils.compat import uuid7

from bench.apps import POOL, URL
from bench.apps.schemas import Owner, TaskCreate, TaskPage, TaskRead, TaskUpdate

COLUMNS = "id, created_at, updated_at, version, title, description, completed"
THIS = "WHERE owner_id = $1 AND id = $2"
CHANGED = "updated_at = now(), version = version + 1"
pool: Any = None


async def _no_reset(_connection: Any) -> None:
    """Skip the reset of a released connection, a round trip: no endpoint changes its state."""


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    global pool
    async with asyncpg.create_pool(URL, min_size=POOL, max_size=POOL, reset=_no_reset) as pool:
        yield


app = FastAPI(lifespan=lifespan)


def _response(row: Any, response: Response) -> TaskRead:
    if row is None:
        raise HTTPException(404)
    response.headers["ETag"] = f'"{row["version"]}"'
    return TaskRead(**row)


@app.get("/tasks")
async def list_tasks(owner: Owner, limit: int = 50) -> TaskPage:
    sql = f"SELECT {COLUMNS} FROM task WHERE owner_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2"
    return TaskPage(items=[TaskRead(**row) for row in await pool.fetch(sql, owner, limit)])


@app.post("/tasks", status_code=201)
async def create_task(owner: Owner, task: TaskCreate, response: Response) -> TaskRead:
    sql = (
        "INSERT INTO task (owner_id, id, title, description, completed) VALUES ($1, $2, $3, $4, $5) "
        f"RETURNING {COLUMNS}"
    )
    row = await pool.fetchrow(sql, owner, uuid7(), task.title, task.description, task.completed)
    return _response(row, response)


@app.get("/tasks/{task_id}")
async def get_task(owner: Owner, task_id: UUID, response: Response) -> TaskRead:
    return _response(await pool.fetchrow(f"SELECT {COLUMNS} FROM task {THIS}", owner, task_id), response)


@app.patch("/tasks/{task_id}")
async def update_task(owner: Owner, task_id: UUID, change: TaskUpdate, response: Response) -> TaskRead:
    members = change.model_dump(exclude_unset=True)
    places = "".join(f"{name} = ${place}, " for place, name in enumerate(members, 3))
    sql = f"UPDATE task SET {places}{CHANGED} {THIS} RETURNING {COLUMNS}"
    return _response(await pool.fetchrow(sql, owner, task_id, *members.values()), response)


@app.delete("/tasks/{task_id}", status_code=204)
async def delete_task(owner: Owner, task_id: UUID) -> None:
    if await pool.fetchrow(f"DELETE FROM task {THIS} RETURNING id", owner, task_id) is None:
        raise HTTPException(404)


@app.post("/tasks/{task_id}/toggle")
async def toggle_task(owner: Owner, task_id: UUID, response: Response) -> TaskRead:
    sql = f"UPDATE task SET completed = NOT completed, {CHANGED} {THIS} RETURNING {COLUMNS}"
    return _response(await pool.fetchrow(sql, owner, task_id), response)
