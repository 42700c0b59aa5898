"""The endpoints of tasks: the generated ones, and those written by hand."""

from typing import Annotated

from sqlalchemy import not_
from sqlmodel import col

from app.access import API, access
from app.tasks.models import Task, TaskRead
from app.tasks.resource import tasks
from routers import RowId, Scope, resource_router

router = resource_router(tasks, access, prefix=API)

TaskScope = Annotated[Scope[TaskRead], router.scope]

THE_OTHER_WAY = not_(col(Task.completed))


@router.post("/{task_id}/toggle", summary="Toggle a task", response_description="The task after the change.")
async def toggle_task(task_id: RowId, rows: TaskScope) -> TaskRead:
    """Turn done into not done and back, atomically. With `If-Match`, a retry is safe."""
    return await rows.update(task_id, completed=THE_OTHER_WAY)
