"""uvicorn's HTTP/1.1 protocol, made strict."""

from typing import Any

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from uvicorn import Config
from uvicorn.server import ServerState

from app.limits import Limits
from app.server_protocol.connection import BoundedProtocol
from app.server_protocol.problems import HeadTooLarge, MalformedRequest
from app.server_protocol.request_head import check_head, head_size
from routers import ProblemError

MAX_HEAD_BYTES = 64 * 1024
"""The default limit of a request head; uvicorn's `h11_max_incomplete_event_size` overrides it."""

CHUNK_LINE_BYTES = 32
"""The bytes around each chunk that do not count against `MAX_HEAD_BYTES`."""

_LIMITS = Limits()


class StrictProtocol(BoundedProtocol):
    """Ignore `Upgrade`, keep trailers out of the headers, and reject ambiguous requests with a problem.

    httptools treats the bytes after a head with `Upgrade` as new requests, so a body could smuggle requests.
    Here a new parser reads the body of such a request (RFC 9110 section 7.8 allows a server to ignore
    `Upgrade`). This depends on two details of httptools: `HttpParserUpgrade` carries the offset of the first
    byte after the head, and `on_message_complete` is called before it is raised.
    """

    _reads_synthetic_head = False
    """Whether the parser reads the synthetic head before the body of a request with `Upgrade`."""

    _segment_bytes = 0
    """The size of the last segment."""

    _overhead_bytes = 0
    """The size of a request without its body; too small if requests share a segment."""

    _deadline_moves = False
    """Whether a request, or its body, has begun or ended in this segment."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        *arguments: Any,
        limits: Limits = _LIMITS,
        **options: Any,
    ) -> None:
        """Use `h11_max_incomplete_event_size` as the size limit of the head."""
        super().__init__(config, server_state, *arguments, limits=limits, **options)
        self._max_head_bytes = config.h11_max_incomplete_event_size or MAX_HEAD_BYTES

    def data_received(self, data: bytes) -> None:
        """Parse a segment, or reject the request."""
        if self.rejected or self.lingering.is_closing():
            self._discard(len(data))
            return
        self._segment_bytes = len(data)
        self._overhead_bytes += len(data)
        try:
            self._parse(data)
        except HttpParserError as error:
            cause = error.__context__
            self.reject(cause if isinstance(cause, ProblemError) else MalformedRequest())
        else:
            if self._overhead_bytes > self._max_head_bytes:
                self.reject(HeadTooLarge())
            elif self._deadline_moves:
                self._deadline_moves = False
                self._restart_deadline()

    def _parse(self, data: bytes) -> None:
        """Feed the parser, and replace it after each head with `Upgrade`."""
        offset = self._feed(data)
        rest = memoryview(data)  # whose slices copy nothing
        while offset is not None:
            rest = rest[offset:]
            self._replace_parser()
            offset = self._feed(rest)

    def _feed(self, data: bytes | memoryview) -> int | None:
        """Feed the parser, and return the offset after a head with `Upgrade`, if there is one."""
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            offset: int = upgrade.args[0]
            return offset
        return None

    def _replace_parser(self) -> None:
        """Replace the parser by one that reads the body of the request whose head is complete."""
        fields = dict(self.scope["headers"])
        head = [b"POST / HTTP/1.1"]
        if b"transfer-encoding" in fields:
            head.append(b"Transfer-Encoding: chunked")
        else:
            head.append(b"Content-Length: " + fields.get(b"content-length", b"0"))
        if not self.cycle.keep_alive:
            head.append(b"Connection: close")
        self.parser = HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._reads_synthetic_head = True
        self.parser.feed_data(b"\r\n".join([*head, b"", b""]))

    def on_message_begin(self) -> None:
        """Start a request."""
        super().on_message_begin()
        self._reading_head = self._deadline_moves = True
        self._waiting.pop(self, None)

    def on_headers_complete(self) -> None:
        """Pass the headers to the application; trailers are ignored.

        A trailer must not be merged into the headers (RFC 9110 section 6.5.1): it would pass a gateway
        that removes `X-User-ID` from headers only.
        """
        self._reading_head = False
        if self._reads_synthetic_head:
            self._reads_synthetic_head = False
        else:
            self._check_size()
            check_head(self.url, self.headers, self.parser.get_http_version())
            if self.parser.should_upgrade() and self.parser.get_method() == b"CONNECT":
                raise MalformedRequest
            super().on_headers_complete()
            self._reading_body = self._deadline_moves = True
            if self.expect_100_continue:  # without the 100, the client may or may not send the body
                self.cycle.keep_alive = False
        self.headers = []  # trailers go here, not into the headers of the request

    def on_message_complete(self) -> None:
        """Complete the request, unless it has `Upgrade`: then its body follows."""
        if not self.parser.should_upgrade():
            self._check_size()
            self._overhead_bytes = 0
            self._reading_body = False
            self._deadline_moves = True
            self.lingering.cancel()
            super().on_message_complete()

    def on_body(self, body: bytes) -> None:
        """Process a part of the body; after the response it is discarded."""
        self._overhead_bytes = max(0, self._overhead_bytes - len(body))
        if self.cycle.response_complete:
            self.lingering.discard(len(body))
        super().on_body(body)

    def on_chunk_header(self) -> None:
        """Allow each chunk a line of its own, so that the number of chunks is not limited."""
        self._overhead_bytes = max(0, self._overhead_bytes - CHUNK_LINE_BYTES)

    def _check_size(self) -> None:
        """Measure a head and its trailers, if they may be too large.

        Raises:
            HeadTooLarge: they exceed the limit.
        """
        if self._overhead_bytes + self._segment_bytes > self._max_head_bytes:
            fields = [*self.scope["headers"], *(self.headers if self._reading_body else ())]
            if head_size(self.url, fields) > self._max_head_bytes:
                raise HeadTooLarge

    def _should_upgrade(self) -> bool:
        return False
