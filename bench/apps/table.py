"""The table of tasks as SQLModel has it, without its keys."""

from datetime import UTC, datetime

from sqlalchemy import func, text
from sqlmodel import Field, SQLModel


def _now() -> datetime:
    return datetime.now(UTC)


class TaskColumns(SQLModel):
    """All columns but the keys; an update counts the version by itself."""

    created_at: datetime = Field(default_factory=_now)
    updated_at: datetime = Field(default_factory=_now, sa_column_kwargs={"onupdate": func.now()})
    version: int = Field(default=1, sa_column_kwargs={"onupdate": text("version + 1")})
    title: str
    description: str | None = None
    completed: bool = False
