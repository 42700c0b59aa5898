"""The generator: what turns a declared table into endpoints (the resources themselves live in `app`)."""

from fastcrud import PolicyConfig

from routers.access import Access, OwnerId
from routers.api import ResourceAPI
from routers.database import Database
from routers.errors import NotFound, PreconditionFailed, ProblemError, Unauthenticated, Unavailable
from routers.filters import Equals, Range, Search
from routers.generator import ResourceRouter, resource_router
from routers.models import OwnedRow, ReadRow
from routers.pagination import Page
from routers.resource import Resource
from routers.scope import Scope
from routers.types import ONE_LINE, QueryBool, RowId

__all__ = [
    "ONE_LINE",
    "Access",
    "Database",
    "Equals",
    "NotFound",
    "OwnedRow",
    "OwnerId",
    "Page",
    "PolicyConfig",
    "PreconditionFailed",
    "ProblemError",
    "QueryBool",
    "Range",
    "ReadRow",
    "Resource",
    "ResourceAPI",
    "ResourceRouter",
    "RowId",
    "Scope",
    "Search",
    "Unauthenticated",
    "Unavailable",
    "resource_router",
]
