"""The server's side of HTTP/1.1, where it has to be stricter than uvicorn's."""

from http import HTTPStatus
from uuid import uuid4

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from routers.errors import PROBLEM_MEDIA_TYPE, Problem


class StrictProtocol(HttpToolsProtocol):
    """Keeps trailers out of the headers, and refuses what is no HTTP with a problem."""

    def on_headers_complete(self) -> None:
        """Hand the headers to the application; whatever follows a chunked body goes nowhere.

        A trailer must not be merged into the headers (RFC 9110 section 6.5.1): it would pass a gateway
        that removes `X-User-ID` from headers alone.
        """
        super().on_headers_complete()
        self.headers = []

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 # uvicorn's sentence is always the same
        """Refuse a request that cannot be parsed, as a problem, and close the connection."""
        request_id = uuid4().hex
        body = Problem(
            type="about:blank",
            title=HTTPStatus.BAD_REQUEST.phrase,
            status=HTTPStatus.BAD_REQUEST,
            detail="This is not a well-formed HTTP request.",
            instance=f"urn:request:{request_id}",
        ).model_dump_json()
        lines = (
            "HTTP/1.1 400 Bad Request",
            f"content-type: {PROBLEM_MEDIA_TYPE}",
            f"content-length: {len(body)}",
            f"x-request-id: {request_id}",
            "cache-control: private, no-store",
            "x-content-type-options: nosniff",
            "connection: close",
            "",
            body,
        )
        self.transport.write("\r\n".join(lines).encode())
        self.transport.close()
