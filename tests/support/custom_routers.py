"""Routers with routes of which only the paths matter."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.routing import APIRoute

from routers import ScopedRouter
from tests.support.gadgets import access


async def respond() -> Response:
    """Respond to any request."""
    return Response("custom")


async def mounted(scope: Any, receive: Any, send: Any) -> None:
    """Respond with the path of a request."""
    await Response(f"mounted{scope['path']}")(scope, receive, send)


def scoped_router(*paths: str, prefix: str = "") -> ScopedRouter:
    """Return a router with routes that are written as `GET /path`."""
    router = ScopedRouter(access, name="more", description="More operations.", prefix=prefix)
    add_routes(router, *paths)
    return router


def add_routes(router: ScopedRouter, *paths: str) -> None:
    """Add routes that are written as `GET /path`."""
    for number, route in enumerate(paths):
        method, path = route.split()
        router.add_api_route(path, respond, methods=[method], operation_id=f"{method}{path}{number}")


def plain_router(*paths: str, prefix: str = "") -> APIRouter:
    """Return a router of FastAPI with routes that are written as `GET /path`."""
    router = APIRouter(prefix=prefix)
    for route in paths:
        method, path = route.split()
        router.add_api_route(path, respond, methods=[method])
    return router


def echo_route(path: str) -> APIRoute:
    """Return a route of FastAPI that responds with its own path."""

    async def echo() -> Response:
        return Response(path)

    return APIRoute(path, echo, methods=["GET"], operation_id=f"echo{path}")


def echo_router(*paths: str) -> ScopedRouter:
    """Return a router whose routes respond with their own path."""
    router = ScopedRouter(access, name="echo", description="Operations that respond with their path.")
    for path in paths:
        router.add_api_route(path, echo_route(path).endpoint, operation_id=f"echo{path}")
    return router
