"""Every error is a problem, made in one place."""

import json

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from routers import NotFound, PreconditionFailed, ProblemError, Unauthenticated, Unavailable
from routers.api.problem_responses import on_http_error, on_problem, on_unexpected
from routers.exceptions import InvalidRequest, MalformedBody, TooLarge, UnsupportedMediaType
from routers.schemas.problem import Violation

REQUEST = Request({"type": "http", "headers": [], "request_id": "abc"})


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (MalformedBody(), 400, "Bad Request"),
        (Unauthenticated(), 401, "Unauthorized"),
        (NotFound(), 404, "Not Found"),
        (PreconditionFailed(), 412, "Precondition Failed"),
        (TooLarge(), 413, "Content Too Large"),
        (UnsupportedMediaType(), 415, "Unsupported Media Type"),
        (InvalidRequest([]), 422, "Unprocessable Content"),
        (Unavailable(), 503, "Service Unavailable"),
    ],
)
async def test_an_error_becomes_a_problem(error: ProblemError, status: int, title: str) -> None:
    response = await on_problem(REQUEST, error)
    problem = json.loads(bytes(response.body))
    assert response.status_code == status
    assert response.media_type == "application/problem+json"
    assert list(problem)[:5] == ["type", "title", "status", "detail", "instance"]
    assert (problem["type"], problem["title"], problem["status"]) == ("about:blank", title, status)
    assert problem["detail"].endswith(".")
    assert problem["instance"] == "urn:request:abc"
    assert ("errors" in problem) is (status == 422)


async def test_a_violation_has_no_empty_members() -> None:
    error = InvalidRequest([Violation(parameter="limit", detail="This is required.")])
    problem = json.loads(bytes((await on_problem(REQUEST, error)).body))
    assert problem["errors"] == [{"parameter": "limit", "detail": "This is required."}]


async def test_a_plugin_may_say_more() -> None:
    response = await on_problem(REQUEST, NotFound("No such shelf.", headers={"X-Shelf": "1"}))
    assert json.loads(bytes(response.body))["detail"] == "No such shelf."
    assert response.headers["x-shelf"] == "1"


async def test_an_error_of_the_framework_is_a_problem_without_its_words() -> None:
    response = await on_http_error(REQUEST, HTTPException(418, "secret", {"X-Tea": "1"}))
    assert response.status_code == 418
    assert b"secret" not in response.body
    assert response.headers["x-tea"] == "1"


async def test_a_fault_says_nothing_of_itself() -> None:
    response = await on_unexpected(REQUEST, ZeroDivisionError("secret"))
    assert response.status_code == 500
    assert b"secret" not in response.body
