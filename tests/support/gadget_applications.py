"""Applications that serve gadgets, and HTTP clients of applications."""

import os
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI

from routers import Database, ResourceAPI
from tests.support.gadgets import gadget_router
from tests.support.private_values import PLANTED
from tests.support.second_opinion import SecondOpinion

FAST_PATH = os.environ.get("FAST_PATH") != "off"
"""Whether test applications use the fast path; `make fallback` runs the tests without it."""


def gadget_application(database: Database) -> ResourceAPI:
    """Return an application that serves gadgets, with a small body limit."""
    return application_of(gadget_router(), database, max_body_size=4096)


def application_of(router: APIRouter, database: Database, **options: Any) -> ResourceAPI:
    """Return an application that includes a router."""
    api = ResourceAPI(title="Gadgets", fast_path=FAST_PATH, **options)
    api.state.database = database
    api.include_router(router)
    return api


def client_of(api: ResourceAPI) -> httpx.AsyncClient:
    """Return a client that checks every exchange against the OpenAPI document."""
    return client_through(SecondOpinion(httpx.ASGITransport(api, raise_app_exceptions=False), api.openapi()))


def unchecked_client_of(api: FastAPI) -> httpx.AsyncClient:
    """Return a client that does not check exchanges against the OpenAPI document."""
    return client_through(httpx.ASGITransport(api, raise_app_exceptions=False))


def client_through(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """Return a client with an owner that sends its requests through a transport."""
    headers = {"Owner": "ann", "Authorization": f"Bearer {PLANTED}"}
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)
