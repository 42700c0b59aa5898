"""The limit of open files, which limits the connections of a process."""

import contextlib
import resource

from app import CommandError
from app.limits import Limits
from app.settings import Settings

RESERVED = 32
"""Files that are not connections: the listener, the logs, the event loop, the lock of the embedded server."""

UNLIMITED = 1 << 20
"""What is used of an unlimited number of files; some systems refuse more."""


def connection_limits(settings: Settings) -> Limits:
    """Raise the soft limit of open files as far as allowed, and return the limits of a worker.

    Raises:
        CommandError: `TODO_MAX_CONNECTIONS`, or a single connection, needs more files than allowed.
    """
    limits = Limits(
        head_timeout=settings.head_timeout,
        body_timeout=settings.body_timeout,
        send_timeout=settings.send_timeout,
        idle_timeout=settings.idle_timeout,
        connections=settings.max_connections or 1,
    )
    files = _raise_limit()
    reserved = RESERVED + settings.pool_size
    connections = (files - reserved) * 4 // 5
    if connections < limits.connections:
        needed = reserved + limits.connections + limits.turned_away
        what = f"TODO_MAX_CONNECTIONS={limits.connections}" if settings.max_connections else "a connection"
        raise CommandError(
            f"The limit of open files, {files}, is too low for {what}: raise it to {needed} "
            f"(`ulimit -n {needed}`, or LimitNOFILE={needed} in a systemd unit)"
            + (f", or set TODO_MAX_CONNECTIONS to at most {connections}." if connections > 0 else ".")
        )
    if settings.max_connections is None:
        return limits._replace(connections=min(connections, Limits().connections))
    return limits


def _raise_limit() -> int:
    """Raise the soft limit to the hard one, and return the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY:
        hard = max(soft, UNLIMITED)
    with contextlib.suppress(ValueError, OSError):  # macOS has a lower limit of its own
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
