"""The listening socket: open it, and close it without resetting a connection."""

import asyncio
import contextlib
import ctypes
import select
import socket
import struct
import sys
from collections.abc import Iterator

from app import CommandError
from app.settings import Settings

HANDSHAKE_SECONDS = 0.05
"""The time for handshakes that have begun, in seconds."""

POLL_SECONDS = 0.01
MAX_BACKLOG_POLLS = 500
"""How often to check whether all connections of the backlog are accepted, before giving up."""

_SO_ATTACH_FILTER = 26
# Drop a segment that has SYN in the TCP flags, its byte 13; let others pass.
_NO_SYN = ((0x30, 0, 0, 13), (0x45, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))


@contextlib.contextmanager
def open_listener(settings: Settings) -> Iterator[socket.socket]:
    """Listen on the configured address during the block.

    Raises:
        CommandError: the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
            listener.listen(2048)
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}): set TODO_PORT or "
                "--port to a free port, or TODO_HOST or --host to an address of this machine."
            ) from error
        listener.set_inheritable(True)
        yield listener


async def finish_accepting(listener: socket.socket) -> None:
    """Let no new connection arrive, in any process, and wait until those of the backlog are accepted.

    Closing a socket resets the connections in its backlog. A client that connects from now on repeats its SYN
    a second later, after the socket was closed, and is refused. Only Linux can do so; elsewhere, a connection
    that arrives in the instant of closing is reset.
    """
    if sys.platform == "linux":
        instructions = b"".join(struct.pack("HBBI", *instruction) for instruction in _NO_SYN)
        program = ctypes.create_string_buffer(instructions)
        reference = struct.pack("HP", len(_NO_SYN), ctypes.addressof(program))
        with contextlib.suppress(OSError):  # a sandbox may not allow it
            listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, reference)
        await asyncio.sleep(HANDSHAKE_SECONDS)
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    for _ in range(MAX_BACKLOG_POLLS):
        if not poll.poll(0):
            break
        await asyncio.sleep(POLL_SECONDS)
