"""The generator: what turns a declared table into endpoints (the resources themselves live in `app`)."""

from fastcrud import PolicyConfig

from routers.access import Access, OwnerId
from routers.api import ResourceAPI
from routers.computed import Computed
from routers.database import Database
from routers.errors import Conflict, NotFound, PreconditionFailed, ProblemError, Unauthenticated, Unavailable
from routers.filters import Equals, OneOf, Range, Search
from routers.generator import resource_router
from routers.models import OwnedRow, PublicRow, ReadRow
from routers.pagination import Page
from routers.read_scope import ReadScope
from routers.resource import Resource
from routers.router import ResourceRouter
from routers.scope import Scope
from routers.types import ONE_LINE, QueryBool, RowId

__all__ = [
    "ONE_LINE",
    "Access",
    "Computed",
    "Conflict",
    "Database",
    "Equals",
    "NotFound",
    "OneOf",
    "OwnedRow",
    "OwnerId",
    "Page",
    "PolicyConfig",
    "PreconditionFailed",
    "ProblemError",
    "PublicRow",
    "QueryBool",
    "Range",
    "ReadRow",
    "ReadScope",
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
