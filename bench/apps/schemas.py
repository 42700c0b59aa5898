"""The schemas of a task in Pydantic, and the dependency that identifies the owner."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field


class TaskCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    completed: bool = False


class TaskUpdate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2000)
    completed: bool | None = None


class TaskRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    created_at: datetime
    updated_at: datetime
    version: int
    title: str
    description: str | None
    completed: bool


class TaskPage(BaseModel):
    items: list[TaskRead]


async def owner_of(request: Request) -> str:
    name = request.headers.get("x-user-id")
    if not name:
        raise HTTPException(401)
    return name


Owner = Annotated[str, Depends(owner_of)]
