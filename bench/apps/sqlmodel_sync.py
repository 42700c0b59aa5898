"""SQLModel as its tutorial writes it: plain functions, a Session for each request, psycopg2."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, Header, HTTPException
from sqlalchemy import make_url
from sqlmodel import Session, col, create_engine, select

from bench.apps import POOL, URL
from bench.apps.schemas import TaskCreate, TaskPage, TaskRead, TaskUpdate
from bench.apps.table import Task

engine = create_engine(make_url(URL).set(drivername="postgresql+psycopg2"), pool_size=POOL, max_overflow=0)
app = FastAPI()


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def owner_of(x_user_id: Annotated[str | None, Header()] = None) -> str:
    if not x_user_id:
        raise HTTPException(401)
    return x_user_id


DB = Annotated[Session, Depends(get_session)]
Owner = Annotated[str, Depends(owner_of)]


def _found(session: Session, owner: str, task_id: UUID) -> Task:
    task = session.get(Task, {"owner_id": owner, "id": task_id})
    if task is None:
        raise HTTPException(404)
    return task


def _saved(session: Session, task: Task) -> Task:
    session.add(task)
    session.commit()
    session.refresh(task)
    return task


@app.get("/tasks", response_model=TaskPage)
def list_tasks(session: DB, owner: Owner, limit: int = 50) -> object:
    newest = (col(Task.created_at).desc(), col(Task.id).desc())
    query = select(Task).where(Task.owner_id == owner).order_by(*newest).limit(limit)
    return {"items": session.exec(query).all()}


@app.post("/tasks", status_code=201, response_model=TaskRead)
def create_task(session: DB, owner: Owner, task: TaskCreate) -> Task:
    return _saved(session, Task(owner_id=owner, **task.model_dump()))


@app.get("/tasks/{task_id}", response_model=TaskRead)
def get_task(session: DB, owner: Owner, task_id: UUID) -> Task:
    return _found(session, owner, task_id)


@app.patch("/tasks/{task_id}", response_model=TaskRead)
def update_task(session: DB, owner: Owner, task_id: UUID, change: TaskUpdate) -> Task:
    task = _found(session, owner, task_id)
    task.sqlmodel_update(change.model_dump(exclude_unset=True))
    return _saved(session, task)


@app.delete("/tasks/{task_id}", status_code=204)
def delete_task(session: DB, owner: Owner, task_id: UUID) -> None:
    session.delete(_found(session, owner, task_id))
    session.commit()


@app.post("/tasks/{task_id}/toggle", response_model=TaskRead)
def toggle_task(session: DB, owner: Owner, task_id: UUID) -> Task:
    task = _found(session, owner, task_id)
    task.completed = not task.completed
    return _saved(session, task)
