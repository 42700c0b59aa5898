"""Problem responses: every error has the same format (RFC 9457)."""

from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, Response
from starlette.exceptions import HTTPException

from routers import (
    Conflict,
    Database,
    NotFound,
    PreconditionFailed,
    ProblemError,
    ResourceAPI,
    RowId,
    Scope,
    Unauthenticated,
    Unavailable,
    problem_responses,
    resource_router,
)
from tests.support.gadget_applications import unchecked_client_of
from tests.support.gadgets import ROW_ID, GadgetRead, access, gadgets


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


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 418, 422, 500, 503])
async def test_an_http_exception_becomes_a_problem_with_its_detail_and_headers(status: int) -> None:
    sentence = "There is no export yet: make one first."
    response = await response_to(HTTPException(status, sentence, {"X-Tea": "1"}))
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"] == sentence
    assert response.headers["x-tea"] == "1"


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (HTTPException(401), "This operation requires an owner."),
        (HTTPException(401, "Not authenticated"), "This operation requires an owner."),
        (HTTPException(404), "Not found."),
        (HTTPException(404, "Not Found"), "Not found."),
        (HTTPException(404, ""), "Not found."),
        (HTTPException(413), "The body exceeds the size limit of this server."),
        (HTTPException(413, "Content Too Large"), "The body exceeds the size limit of this server."),
        (HTTPException(418), "I'm a Teapot."),
        (HTTPException(503), "Service Unavailable."),
        (HTTPException(499), "Client Error."),
        (HTTPException(599), "Server Error."),
    ],
)
async def test_an_http_exception_without_a_detail_of_its_own_gets_a_sentence(
    error: HTTPException, detail: str
) -> None:
    response = await response_to(error)
    assert (response.status_code, response.json()["detail"]) == (error.status_code, detail)


@pytest.mark.parametrize(
    ("written", "detail"),
    [
        ({"code": "späť", "at": [1, None]}, '{"code": "späť", "at": [1, null]}'),
        (["a", "b"], '["a", "b"]'),
        (7, "7"),
        ("x" * 2000, "x" * 1000),
        ("a\x00b\ud800c", "a\ufffdb\ufffdc"),
        ({"a": "\ud800"}, '{"a": "\ufffd"}'),
    ],
)
async def test_a_detail_of_an_http_exception_becomes_a_documented_text(written: Any, detail: str) -> None:
    assert (await response_to(HTTPException(404, written))).json()["detail"] == detail


@pytest.mark.parametrize("status", [204, 303, 304, 307])
async def test_an_http_exception_that_is_no_error_has_headers_and_no_body(status: int) -> None:
    response = await response_to(HTTPException(status, "Elsewhere.", {"Location": "/elsewhere"}))
    assert (response.status_code, response.content) == (status, b"")
    assert response.headers["location"] == "/elsewhere"


async def test_a_method_that_a_route_does_not_allow_keeps_its_sentence_and_gets_an_allow_header() -> None:
    response = await response_to(HTTPException(405, "The shelf is full.", {"X-Shelf": "1"}))
    assert response.json()["detail"] == "The shelf is full."
    assert (response.headers["x-shelf"], response.headers["allow"]) == ("1", "GET, HEAD")


class Locked(ProblemError):
    status = 423


async def test_a_problem_without_a_detail_has_the_title_of_its_status() -> None:
    assert (await response_to(Locked())).json()["detail"] == "Locked."
    assert (await response_to(Locked("Wait\x00."))).json()["detail"] == "Wait\ufffd."


@pytest.mark.parametrize("fast_path", [True, False])
async def test_a_dependency_and_a_custom_route_can_raise_an_http_exception(
    database: Database, empty: None, *, fast_path: bool
) -> None:
    router = resource_router(gadgets, access)
    rows_of = Annotated[Scope[GadgetRead], router.scope]

    def has_no_export() -> None:
        raise HTTPException(404, "There is no export yet.", {"X-Export": "0"})

    @router.get("/{gadget_id}/export")
    async def export_gadget(gadget_id: RowId, rows: rows_of) -> Response:
        raise HTTPException(404, "There is no export yet.", {"X-Export": "0"})

    @router.get("/{gadget_id}/exports", dependencies=[Depends(has_no_export)])
    async def list_exports(gadget_id: RowId, rows: rows_of) -> Response:
        raise NotImplementedError

    api = ResourceAPI(fast_path=fast_path)
    api.state.database = database
    api.include_router(router)
    async with unchecked_client_of(api) as client:
        responses = [await client.get(f"/gadgets/{ROW_ID}/{path}") for path in ("export", "exports")]
    for response in responses:
        assert (response.status_code, response.headers["x-export"]) == (404, "0")
        assert response.json()["detail"] == "There is no export yet."


async def test_an_unexpected_error_becomes_a_problem_without_its_message() -> None:
    response = await response_to(ZeroDivisionError("secret"))
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text


def test_a_status_that_http_does_not_define_can_be_documented() -> None:
    assert problem_responses(499)[499]["description"] == "Client Error."
