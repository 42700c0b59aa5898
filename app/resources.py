"""What the application offers: its resources, and how the OpenAPI document describes them."""

from app.tasks.routes import router as tasks
from routers import ScopedRouter

RESOURCES = (tasks,)
"""The routers of all resources: a new one is one more entry."""

OTHER_ROUTERS: tuple[ScopedRouter, ...] = ()
"""The routers of operations that belong to no resource."""

TITLE = "backend-todo"
SUMMARY = "Tasks, each visible to its owner only."
DESCRIPTION = (
    "Create, list, update and delete tasks. The security scheme `owner` identifies the owner of a request; "
    "resources of other owners do not exist for it. Lists are paginated with cursors. Every resource has an "
    "ETag for optimistic concurrency control. Errors are problem details (RFC 9457)."
)
