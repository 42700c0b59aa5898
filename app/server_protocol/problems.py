"""The problems that the protocol responds with itself."""

from http import HTTPStatus

from routers import COMMON_HEADERS, PROBLEM_MEDIA_TYPE, ProblemError, new_request_id, problem_json


class MalformedRequest(ProblemError):
    """400: the request is not HTTP/1.1, or its end is ambiguous."""

    status = 400
    detail = "The request is not well-formed HTTP/1.1."


class RequestTimeout(ProblemError):
    """408: the head or the body of the request did not arrive in time."""

    status = 408
    detail = "The request did not arrive in time. Try again."


class HeadTooLarge(ProblemError):
    """431: the request line, the headers and the trailers together exceed the limit."""

    status = 431
    detail = "The request line, headers and trailers exceed the size limit of this server."


class TooManyConnections(ProblemError):
    """503: the server has as many connections as it may have, and none of them is idle."""

    status = 503
    detail = "The server has too many connections. Try again."

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "1"})


def response_to(problem: ProblemError) -> bytes:
    """Return the whole response to a request that does not reach the application."""
    request_id = new_request_id()
    body = problem_json(problem.status, str(problem), request_id)
    lines = (
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}",
        f"content-type: {PROBLEM_MEDIA_TYPE}",
        f"content-length: {len(body)}",
        f"x-request-id: {request_id}",
        *(f"{name.decode()}: {value.decode()}" for name, value in COMMON_HEADERS),
        *(f"{name.lower()}: {value}" for name, value in problem.headers.items()),
        "connection: close",
        "",
        body,
    )
    return "\r\n".join(lines).encode()
