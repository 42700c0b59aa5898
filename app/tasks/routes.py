"""The endpoints of tasks: the generated ones and the custom ones."""

from typing import Annotated

from sqlalchemy import not_
from sqlmodel import col

from app.access import API, access
from app.tasks.models import Task, TaskRead
from app.tasks.resource import tasks
from routers import RowId, Scope, resource_router

router = resource_router(tasks, access, prefix=API)

TaskScope = Annotated[Scope[TaskRead], router.scope]


@router.post("/{task_id}/toggle", summary="Toggle a task", response_description="The task after the toggle.")
async def toggle_task(task_id: RowId, rows: TaskScope) -> TaskRead:
    """Invert `completed` atomically. With `If-Match`, the request can be retried safely."""
    return await rows.update(task_id, completed=not_(col(Task.completed)))
