"""Applications that serve gadgets, with clients for them."""

import os
from typing import Any

import httpx
from fastapi import APIRouter

from routers import Database, ResourceAPI
from tests.support.gadgets import gadget_router
from tests.support.second_opinion import SecondOpinion

FAST_PATH = os.environ.get("FAST_PATH") != "off"
"""Whether applications of the tests use the fast path; `make fallback` runs the tests without it."""


def gadget_application(database: Database) -> ResourceAPI:
    return application_of(gadget_router(), database, max_body_size=4096)


def application_of(router: APIRouter, database: Database, **options: Any) -> ResourceAPI:
    """Return an application with a router of gadgets."""
    api = ResourceAPI(title="Gadgets", fast_path=FAST_PATH, **options)
    api.state.database = database
    api.include_router(router)
    return api


def client_of(api: ResourceAPI) -> httpx.AsyncClient:
    """Return a client whose every exchange is checked against the document."""
    return client_through(SecondOpinion(httpx.ASGITransport(api, raise_app_exceptions=False), api.openapi()))


def client_through(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers={"Owner": "ann"})
