"""The table of tasks, with its shapes."""

from sqlmodel import Field, SQLModel

from routers import ONE_LINE, OwnedRow, ReadRow


class TaskCreate(SQLModel):
    """A task as a client writes it."""

    title: str = Field(
        min_length=1,
        max_length=200,
        schema_extra={"pattern": ONE_LINE, "examples": ["Buy milk"]},
        description="What is to be done, in one line.",
    )
    description: str | None = Field(
        default=None,
        max_length=2000,
        schema_extra={"examples": ["Two litres, the fresh one."]},
        description="More about it, or null.",
    )
    completed: bool = Field(
        default=False, schema_extra={"examples": [False]}, description="Whether it is done."
    )


class Task(TaskCreate, OwnedRow, table=True):
    """A row of the table `task`."""


class TaskRead(TaskCreate, ReadRow):
    """A task as its owner sees it."""
