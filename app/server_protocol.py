"""The server's side of HTTP/1.1, where it has to be stricter than uvicorn's."""

from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from routers import COMMON_HEADERS, PROBLEM_MEDIA_TYPE, new_request_id, problem_json


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
        request_id = new_request_id()
        body = problem_json(HTTPStatus.BAD_REQUEST, "This is not a well-formed HTTP request.", request_id)
        lines = (
            "HTTP/1.1 400 Bad Request",
            f"content-type: {PROBLEM_MEDIA_TYPE}",
            f"content-length: {len(body)}",
            f"x-request-id: {request_id}",
            *(f"{name.decode()}: {value.decode()}" for name, value in COMMON_HEADERS),
            "connection: close",
            "",
            body,
        )
        self.transport.write("\r\n".join(lines).encode())
        self.transport.close()
