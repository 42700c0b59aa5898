"""The generator: turns a declared table into the endpoints of a REST resource.

This module is its public API; applications import nothing else of it.
"""

from fastcrud import PolicyConfig

from routers.api.application import ResourceAPI
from routers.api.dispatch import path_template
from routers.api.middleware import COMMON_HEADERS, Observer, new_request_id
from routers.api.operations import resource_router
from routers.api.problem_responses import problem_response
from routers.api.root_path import RootPathError, root_path_error, route_path
from routers.api.router import ResourceRouter, ScopedRouter
from routers.api.strict_request import check_query
from routers.database.database import Database
from routers.database.observation import ACQUIRE, DatabaseObserver, DatabaseOperation
from routers.database.pool import PoolStatus
from routers.exceptions import (
    Conflict,
    NotFound,
    PreconditionFailed,
    ProblemError,
    Unauthenticated,
    Unavailable,
)
from routers.openapi.components import problem_responses
from routers.queries.computed_columns import Computed
from routers.queries.contains import Contains
from routers.queries.derived_members import Derived
from routers.queries.filters import Equals, Has, OneOf, Range, Search
from routers.queries.ownership import OwnerId
from routers.queries.pagination import Page
from routers.queries.sql_functions import allow_functions
from routers.resource.resource import DeclarationError, Resource
from routers.resource.schema_validation import PrecisionWarning
from routers.schemas.field_formats import ONE_LINE, QueryBool, RowId
from routers.schemas.number_texts import Int64String
from routers.schemas.problem import PROBLEM_MEDIA_TYPE, problem_json
from routers.schemas.read_row import ReadRow
from routers.scope.access import Access
from routers.scope.owner_rows import OwnerRows
from routers.scope.read_scope import ReadScope
from routers.scope.scope import Scope
from routers.scope.unit_of_work import UnitOfWork
from routers.tables.row_constraints import unique_ignoring_case
from routers.tables.rows import MAX_OWNER_LENGTH, OwnedRow, PublicRow

__all__ = [
    "ACQUIRE",
    "COMMON_HEADERS",
    "MAX_OWNER_LENGTH",
    "ONE_LINE",
    "PROBLEM_MEDIA_TYPE",
    "Access",
    "Computed",
    "Conflict",
    "Contains",
    "Database",
    "DatabaseObserver",
    "DatabaseOperation",
    "DeclarationError",
    "Derived",
    "Equals",
    "Has",
    "Int64String",
    "NotFound",
    "Observer",
    "OneOf",
    "OwnedRow",
    "OwnerId",
    "OwnerRows",
    "Page",
    "PolicyConfig",
    "PoolStatus",
    "PrecisionWarning",
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
    "RootPathError",
    "RowId",
    "Scope",
    "ScopedRouter",
    "Search",
    "Unauthenticated",
    "Unavailable",
    "UnitOfWork",
    "allow_functions",
    "check_query",
    "new_request_id",
    "path_template",
    "problem_json",
    "problem_response",
    "problem_responses",
    "resource_router",
    "root_path_error",
    "route_path",
    "unique_ignoring_case",
]
