"""The isolation test for applications of the tests, which identify owners by the header `Owner`."""

from collections.abc import Sequence

import httpx

from routers import ResourceAPI, ScopedRouter
from tests.support.gadget_applications import unchecked_client_of
from tests.support.isolation.checks import Isolation
from tests.support.isolation.operations import Api
from tests.support.isolation.session import Request
from tests.support.sql import run_sql


def isolation_of(api: ResourceAPI, routers: Sequence[ScopedRouter], url: str) -> Isolation:
    """Return the test of an application on the database at `url`."""
    client = unchecked_client_of(api)
    resources = Api(routers, {}).resources.values()
    tables = ", ".join(each.table.name for each in resources if not each.public)

    async def send(request: Request) -> httpx.Response:
        headers = {**request.headers, "Owner": request.owner, "X-Request-ID": "same"}
        return await client.request(request.method, request.url, json=request.body, headers=headers)

    def empty() -> None:
        run_sql(url, f"TRUNCATE {tables}")

    return Isolation(routers, api.openapi(), send, empty)
