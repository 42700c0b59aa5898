"""The limit of connections: who may stay, and who has to leave."""

from collections import OrderedDict
from typing import Protocol
from weakref import WeakKeyDictionary

from uvicorn.server import ServerState

SILENT_SECONDS = 1.0
"""The time for the first byte of a new connection, before it may have to make room."""


class IdleConnection(Protocol):
    """A connection that waits for a request."""

    def close_idle(self) -> None:
        """Close the connection."""


class Admission:
    """The connections of one server that matter when it has too many of them.

    Attributes:
        idle: Those that wait for their next request, with the time of the last response, in that order.
        silent: Those that have not sent anything, with the time of their start, in that order.
        turned_away: Those that get 503. They are not counted, and are limited in number themselves.
    """

    def __init__(self) -> None:
        self.idle: OrderedDict[IdleConnection, float] = OrderedDict()
        self.silent: OrderedDict[IdleConnection, float] = OrderedDict()
        self.turned_away: set[object] = set()

    def make_room(self, now: float) -> bool:
        """Close the connection that has been silent longest, or else idle longest, if there is one."""
        for waiting, latest in ((self.silent, now - SILENT_SECONDS), (self.idle, now)):
            if waiting:
                connection, since = next(iter(waiting.items()))
                if since <= latest:
                    del waiting[connection]
                    connection.close_idle()
                    return True
        return False


_admissions: WeakKeyDictionary[ServerState, Admission] = WeakKeyDictionary()


def admission_of(server: ServerState) -> Admission:
    """Return the admission of a server."""
    return _admissions.setdefault(server, Admission())
