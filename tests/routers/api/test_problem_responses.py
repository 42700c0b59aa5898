"""Problem responses: every error has the same format (RFC 9457)."""

from typing import Any

import httpx
import pytest
from starlette.exceptions import HTTPException

from routers import (
    Conflict,
    NotFound,
    PreconditionFailed,
    ProblemError,
    ResourceAPI,
    Unauthenticated,
    Unavailable,
)
from tests.support.gadget_applications import unchecked_client_of
from tests.support.gadgets import ROW_ID


async def response_to(error: Exception) -> httpx.Response:
    """Return the response of a route that raises an error."""
    api = ResourceAPI()

    @api.get("/error")
    async def raise_error() -> None:
        raise error

    async with unchecked_client_of(api) as client:
        return await client.get("/error", headers={"X-Request-ID": "abc"})


class Teapot(ProblemError):
    status = 418
    detail = "This is a teapot."


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (Unauthenticated(), 401, "Unauthorized"),
        (NotFound(), 404, "Not Found"),
        (Conflict(), 409, "Conflict"),
        (PreconditionFailed(), 412, "Precondition Failed"),
        (Teapot(), 418, "I'm a Teapot"),
        (Unavailable(), 503, "Service Unavailable"),
    ],
    ids=lambda case: type(case).__name__ if isinstance(case, Exception) else str(case),
)
async def test_an_error_of_an_endpoint_becomes_a_problem(
    error: ProblemError, status: int, title: str
) -> None:
    response = await response_to(error)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": error.detail,
        "instance": "urn:request:abc",
    }


@pytest.mark.parametrize(
    ("content", "headers", "status", "title"),
    [
        (b"{", {"Content-Type": "application/json"}, 400, "Bad Request"),
        (b"x" * 5000, {"Content-Type": "application/json"}, 413, "Content Too Large"),
        (b"{}", {"Content-Type": "text/plain"}, 415, "Unsupported Media Type"),
        (b"{}", {"Content-Type": "application/json"}, 422, "Unprocessable Content"),
    ],
)
async def test_an_invalid_request_becomes_a_problem(
    client: httpx.AsyncClient, content: bytes, headers: dict[str, str], status: int, title: str
) -> None:
    response = await client.put(
        f"/gadgets/{ROW_ID}", content=content, headers={**headers, "X-Request-ID": "abc"}
    )
    problem: dict[str, Any] = response.json()
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert list(problem)[:5] == ["type", "title", "status", "detail", "instance"]
    assert (problem["type"], problem["title"], problem["status"]) == ("about:blank", title, status)
    assert problem["detail"].endswith(".")
    assert problem["instance"] == "urn:request:abc"
    assert ("errors" in problem) is (status == 422)


async def test_an_unavailable_database_tells_when_to_retry() -> None:
    assert (await response_to(Unavailable())).headers["retry-after"] == "1"


async def test_a_custom_route_can_set_the_detail_and_headers_of_a_problem() -> None:
    response = await response_to(NotFound("No such shelf.", headers={"X-Shelf": "1"}))
    assert response.json()["detail"] == "No such shelf."
    assert response.headers["x-shelf"] == "1"


async def test_an_http_exception_becomes_a_problem_with_its_headers_but_without_its_detail() -> None:
    response = await response_to(HTTPException(418, "secret", {"X-Tea": "1"}))
    assert response.status_code == 418
    assert "secret" not in response.text
    assert response.headers["x-tea"] == "1"


async def test_an_unexpected_error_becomes_a_problem_without_its_message() -> None:
    response = await response_to(ZeroDivisionError("secret"))
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text
