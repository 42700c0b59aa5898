"""FastCRUD's own router, with a policy for each request's owner."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException
from fastcrud import CreateConfig, FastCRUD, PolicyConfig, crud_router
from sqlalchemy import make_url
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlmodel import col, not_

from bench.apps import POOL, URL
from bench.apps.schemas import Owner, TaskCreate, TaskRead, TaskUpdate, owner_of
from bench.apps.table import Task

engine = create_async_engine(
    make_url(URL).set(drivername="postgresql+asyncpg"), pool_size=POOL, max_overflow=0
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
crud = FastCRUD(Task)


async def get_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


async def policy_of(owner: Owner) -> PolicyConfig:
    own = col(Task.owner_id) == owner
    return PolicyConfig(read=own, create=True, update=own, delete=own, create_check=own)


app = FastAPI()
app.include_router(
    crud_router(
        session=get_session,
        model=Task,
        crud=crud,
        create_schema=TaskCreate,
        update_schema=TaskUpdate,
        select_schema=TaskRead,
        path="/tasks",
        create_config=CreateConfig(auto_fields={"owner_id": owner_of}),
        policy=policy_of,
    )
)


@app.post("/tasks/{owner_id}/{task_id}/toggle")
async def toggle_task(
    owner_id: str,
    task_id: UUID,
    session: Annotated[AsyncSession, Depends(get_session)],
    policy: Annotated[PolicyConfig, Depends(policy_of)],
) -> TaskRead:
    change = {"completed": not_(col(Task.completed))}
    try:
        changed = await crud.with_policy(policy).update(
            session, change, owner_id=owner_id, id=task_id, schema_to_select=TaskRead, return_as_model=True
        )
    except NoResultFound:
        raise HTTPException(404) from None
    return TaskRead.model_validate(changed)
