"""A transport that gives the client time to read the last response while it is still sending."""

import asyncio
from collections.abc import Callable
from typing import Any

LINGER_SECONDS = 2.0
"""Maximum time to read the rest of a request after its response."""

MAX_DISCARDED_BYTES = 4 * 1024 * 1024
"""Maximum number of bytes to read in that time; more of them wait in the socket until its end."""


class LingeringTransport(asyncio.Transport):
    """Close a connection without losing the response to a request that is still arriving.

    Closing a socket with unread data in it resets the connection, and the client may lose the response.
    `close` therefore ends only the server's side at first, and the connection is dropped `LINGER_SECONDS`
    later, or as soon as the client closes its side. While the client is still receiving the response, that
    time starts again, at most for `send_timeout` seconds.
    """

    def __init__(
        self, transport: asyncio.Transport, may_receive: Callable[[], bool], send_timeout: float
    ) -> None:
        """Wrap a transport; `may_receive` returns whether more of the request is expected."""
        super().__init__()
        self._transport = transport
        self._may_receive = may_receive
        self._closing = False
        self._discarded = 0
        self._seconds_left = send_timeout
        self._timer: asyncio.TimerHandle | None = None

    def close(self) -> None:
        """Close the connection, immediately if nothing more is expected and everything is sent."""
        if self.is_closing():
            return
        self._closing = True
        if self._may_receive():
            if self._transport.can_write_eof():
                self._transport.write_eof()
            self._transport.resume_reading()
            self.linger()
        else:
            if self.is_sending():
                self.linger()
            self._transport.close()

    def abort(self) -> None:
        """Close the connection immediately."""
        self._transport.abort()

    def is_sending(self) -> bool:
        """Return whether the client has yet to read a part of what was written."""
        return self._transport.get_write_buffer_size() > 0

    def linger(self) -> None:
        """Drop the connection in `LINGER_SECONDS`, unless `cancel` is called before."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._drop)

    def _drop(self) -> None:
        self._seconds_left -= LINGER_SECONDS
        if self.is_sending() and self._seconds_left > 0:
            self._timer = None
            self.linger()
        else:
            self._transport.abort()

    def discard(self, size: int) -> None:
        """Count bytes that arrive after the response, and stop reading if there are too many."""
        self._discarded += size
        if self._discarded > MAX_DISCARDED_BYTES:
            self.linger()
            self._transport.pause_reading()

    def cancel(self) -> None:
        """Keep the connection, unless it is closing, because the request is complete."""
        if self._timer is not None and not self._closing:
            self._timer.cancel()
            self._timer = None
        self._discarded = 0

    def forget(self) -> None:
        """Stop the timer of a lost connection."""
        if self._timer is not None:
            self._timer.cancel()

    def is_closing(self) -> bool:
        """Return whether the connection is closed or lingering."""
        return self._closing or self._transport.is_closing()

    def write(self, data: Any) -> None:
        """Send data, unless the server's side is closed."""
        if not self._closing:
            self._transport.write(data)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return information about the socket."""
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Pause reading, unless the rest of the request is being discarded."""
        if not self._closing:
            self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Resume reading, unless too much has been discarded."""
        if self._discarded <= MAX_DISCARDED_BYTES:
            self._transport.resume_reading()
