"""The declaration of tasks."""

from app.tasks.models import Task, TaskCreate, TaskRead
from routers import Equals, Resource

tasks = Resource(
    path="/tasks",
    model=Task,
    create=TaskCreate,
    read=TaskRead,
    filters=(Equals("completed"),),
)
