"""The generator: what turns a declared table into endpoints (the resources themselves live in `app`)."""

from fastcrud import PolicyConfig

from routers.api.application import ResourceAPI
from routers.api.operations import resource_router
from routers.api.router import ResourceRouter
from routers.database.database import Database
from routers.exceptions import (
    Conflict,
    NotFound,
    PreconditionFailed,
    ProblemError,
    Unauthenticated,
    Unavailable,
)
from routers.queries.computed_columns import Computed
from routers.queries.filters import Equals, OneOf, Range, Search
from routers.queries.pagination import Page
from routers.resource.resource import Resource
from routers.schemas.field_formats import ONE_LINE, QueryBool, RowId
from routers.scope.access import Access, OwnerId
from routers.scope.read_scope import ReadScope
from routers.scope.scope import Scope
from routers.tables.rows import OwnedRow, PublicRow, ReadRow

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
