"""Whether the process lives, and whether it can serve."""

from typing import Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from app.database.revisions import is_current
from routers import Unavailable
from routers.api.strict_request import admit
from routers.openapi.document import problem_responses


async def no_query(request: Request) -> None:
    """Take no query parameters."""
    admit(request, {})


TAG = {"name": "health", "description": "Probes, for what runs this server: they ask for no owner."}

router = APIRouter(tags=[TAG["name"]], dependencies=[Depends(no_query)])


class Health(BaseModel):
    """The answer of a probe."""

    status: Literal["ok"]


_PUBLIC = {"security": list[Any]()}


@router.get(
    "/livez",
    operation_id="getLiveness",
    summary="Ask for life",
    response_description="This process answers.",
    responses=problem_responses(400, 413, 422, 500),
    openapi_extra=_PUBLIC,
)
async def live() -> Health:
    """Say that the process answers. It asks nothing of the database."""
    return Health(status="ok")


@router.get(
    "/readyz",
    operation_id="getReadiness",
    summary="Ask for readiness",
    response_description="Requests can be served.",
    responses=problem_responses(400, 413, 422, 500, 503),
    openapi_extra=_PUBLIC,
)
async def ready(request: Request) -> Health:
    """Say whether requests can be served: the database answers, and its schema is migrated."""
    if not await is_current(request.app.state.database):
        raise Unavailable
    return Health(status="ok")
