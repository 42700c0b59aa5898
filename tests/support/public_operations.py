"""The operations that need no owner, by their declarations."""

from collections.abc import Iterable

from fastapi import APIRouter
from fastapi.routing import APIRoute

from app import health
from routers import ResourceRouter


def public_paths(routers: Iterable[APIRouter]) -> set[str]:
    """Return the paths of the health probes and the public resources among routers."""
    public = [
        each
        for each in routers
        if each is health.router or (isinstance(each, ResourceRouter) and each.resource.public)
    ]
    return {route.path_format for router in public for route in router.routes if isinstance(route, APIRoute)}
