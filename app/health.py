"""The health probes."""

from typing import Any, Literal

import structlog
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from app.database.revisions import schema_error
from routers import Unavailable, check_query, problem_responses

DRAINING = "draining"
"""The name in the lifespan state that the server sets to true when it is about to stop."""


class Draining(Unavailable):
    """503: the server is about to stop."""

    detail = "The server is shutting down."


async def no_query(request: Request) -> None:
    """Reject query parameters."""
    check_query(request, {})


TAG = {"name": "health", "description": "Health probes, which need no owner."}

router = APIRouter(tags=[TAG["name"]], dependencies=[Depends(no_query)])


class Health(BaseModel):
    """The result of a health probe."""

    status: Literal["ok"]


_PUBLIC = {"security": list[Any]()}


@router.get(
    "/livez",
    operation_id="getLiveness",
    summary="Check liveness",
    response_description="The process responds.",
    responses=problem_responses(400, 408, 413, 422, 431, 500, 503),
    openapi_extra=_PUBLIC,
)
async def live() -> Health:
    """Check that the process responds. The database is not involved."""
    return Health(status="ok")


@router.get(
    "/readyz",
    operation_id="getReadiness",
    summary="Check readiness",
    response_description="The server can process requests.",
    responses=problem_responses(400, 408, 413, 422, 431, 500, 503),
    openapi_extra=_PUBLIC,
)
async def ready(request: Request) -> Health:
    """Check that the server can process requests: the database responds and has all tables."""
    if getattr(request.state, DRAINING, False):
        raise Draining
    state = request.app.state
    if reason := await schema_error(state.database, state.tables):
        structlog.get_logger().warning("not ready", reason=reason)
        raise Unavailable
    return Health(status="ok")
