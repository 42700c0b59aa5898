"""The declaration of tasks."""

from app.tasks.models import Task, TaskCreate, TaskRead
from routers import Equals, Range, Resource, Search

tasks = Resource(
    path="/tasks",
    model=Task,
    create=TaskCreate,
    read=TaskRead,
    filters=(
        Equals("completed"),
        Search("title", "description"),
        Range("created_at", "gte", "lt"),
        Range("updated_at", "gte", "lt"),
    ),
    sorts=("-created_at", "created_at", "-updated_at", "updated_at", "title", "-title"),
)
