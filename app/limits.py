"""The bounds of a connection."""

from typing import NamedTuple


class Limits(NamedTuple):
    """How long a connection may wait for its client, in seconds, and how many connections there may be.

    Attributes:
        head_timeout: From the first byte of a request to the end of its head; also from the start of a
            connection to its first byte.
        body_timeout: From the end of the head to the end of the body.
        send_timeout: The time in which a client must read some of a response that does not fit the buffers.
        idle_timeout: From a response to the next request.
        connections: The number of connections of this process.
    """

    head_timeout: float = 10
    body_timeout: float = 30
    send_timeout: float = 30
    # Longer than a gateway keeps idle connections (Caddy 120, Traefik 90, nginx 60 seconds). Otherwise
    # it may send a request while the server closes the connection, and respond with 502.
    idle_timeout: float = 130
    connections: int = 4096

    @property
    def turned_away(self) -> int:
        """The number of connections above the limit that get 503 at the same time."""
        return max(1, self.connections // 4)

    def within(self, seconds: float) -> "Limits":
        """Return these limits without timeouts above `seconds`."""
        timeouts = {name: min(getattr(self, name), seconds) for name in self._fields if name != "connections"}
        return self._replace(**timeouts)
