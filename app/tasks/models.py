"""The table of tasks and its schemas."""

from sqlmodel import Field, SQLModel

from routers import ONE_LINE, OwnedRow, ReadRow


class TaskCreate(SQLModel):
    """A task, as clients create and replace it."""

    title: str = Field(
        min_length=1,
        max_length=200,
        schema_extra={"pattern": ONE_LINE, "examples": ["Buy milk"]},
        description="What to do, in one line.",
    )
    description: str | None = Field(
        default=None,
        max_length=2000,
        schema_extra={"examples": ["Two litres, the fresh one."]},
        description="More about the task, or null.",
    )
    completed: bool = Field(
        default=False, schema_extra={"examples": [False]}, description="Whether the task is completed."
    )


class Task(TaskCreate, OwnedRow, table=True):
    """The table `task`."""


class TaskRead(TaskCreate, ReadRow):
    """A task, as its owner sees it."""
