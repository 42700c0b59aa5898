"""The table of tasks in SQLModel."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import Field, SQLModel
from uuid_utils.compat import uuid7


def _now() -> datetime:
    return datetime.now(UTC)


class Task(SQLModel, table=True):
    owner_id: str = Field(primary_key=True)
    id: UUID = Field(default_factory=uuid7, primary_key=True)
    created_at: datetime = Field(default_factory=_now)
    updated_at: datetime = Field(default_factory=_now, sa_column_kwargs={"onupdate": func.now()})
    version: int = Field(default=1, sa_column_kwargs={"onupdate": text("version + 1")})
    title: str
    description: str | None = None
    completed: bool = False
