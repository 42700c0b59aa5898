"""The life of a connection: its responses, its deadlines, its end."""

from math import inf
from typing import Any

from uvicorn import Config
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.limits import Limits
from app.logs import log_rejection
from app.metrics import process_metrics
from app.server_protocol.admission import admission_of
from app.server_protocol.deadline import Deadline
from app.server_protocol.lingering import LINGER_SECONDS, LingeringTransport
from app.server_protocol.problems import RequestTimeout, TooManyConnections, response_to
from routers import ProblemError


class BoundedProtocol(HttpToolsProtocol):
    """Close connections whose client keeps the server waiting, and limit their number.

    Whoever parses requests sets `_reading_head` and `_reading_body`, and then calls `_restart_deadline`.
    """

    rejected = False
    """Whether a request was rejected; later data is discarded."""

    _rejection = b""
    """The response to the rejected request, which is sent after those to the earlier requests."""

    _running: RequestResponseCycle | None = None
    """The request that the application processes; later ones wait in `self.pipeline`."""

    _reading_head = False
    """Whether a head is incomplete."""

    _reading_body = False
    """Whether the request of `self.cycle` is incomplete."""

    lingering: LingeringTransport

    def __init__(
        self, config: Config, server_state: ServerState, *arguments: Any, limits: Limits, **options: Any
    ) -> None:
        """Create the protocol of one connection."""
        super().__init__(config, server_state, *arguments, **options)
        self._limits = limits
        self._deadline = Deadline(self.loop, self._on_deadline)
        self._admission = admission_of(server_state)
        self._waiting = self._admission.silent

    def connection_made(self, transport: Any) -> None:
        """Start a connection, or turn it away if there are too many."""
        self.lingering = LingeringTransport(
            transport, lambda: self.rejected or self._reading_body, self._limits.send_timeout
        )
        super().connection_made(self.lingering)
        if metrics := process_metrics():
            metrics.open_connections.inc()
        now, admission = self.loop.time(), self._admission
        count = len(self.connections) - len(admission.turned_away)
        if count > self._limits.connections and not admission.make_room(now):
            self._turn_away()
        else:
            admission.silent[self] = now
            self._deadline.set(self._limits.head_timeout)

    def _turn_away(self) -> None:
        """Respond to the request with 503 when it arrives, unless that is too much, too."""
        turned_away = self._admission.turned_away
        if not turned_away:
            self.logger.warning("Turned away a connection: there are %d already", self._limits.connections)
        if len(turned_away) < self._limits.turned_away:
            self.rejected = True
            self._rejection = self._respond_to(TooManyConnections())
            self._deadline.set(LINGER_SECONDS)
        else:
            self.lingering.abort()
        turned_away.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection, and the request that is processed."""
        self._deadline.stop()
        self.lingering.forget()
        self._waiting.pop(self, None)
        self._admission.turned_away.discard(self)
        if self._running is not None and not self._running.response_complete:
            self._running.disconnected = True
            self._running.message_event.set()
        super().connection_lost(exc)
        if metrics := process_metrics():
            metrics.open_connections.dec()

    def eof_received(self) -> None:
        """Let the loop close the connection, and abort it if the client does not read the response."""
        if self.lingering.is_sending():
            self.lingering.linger()

    def pause_writing(self) -> None:
        """Wait for the client to read the response."""
        super().pause_writing()
        self._restart_deadline()

    def resume_writing(self) -> None:
        """Continue the response."""
        super().resume_writing()
        self._restart_deadline()

    def shutdown(self) -> None:
        """Close the connection when its requests are processed, before uvicorn cancels them."""
        super().shutdown()
        self._limits = self._limits.within((self.config.timeout_graceful_shutdown or inf) / 2)
        if not self.lingering.is_closing():
            self._restart_deadline()

    def close_idle(self) -> None:
        """Close a connection without a request, and without waiting for a client that does not read."""
        if self.lingering.is_sending():
            self.lingering.abort()
        else:
            self.lingering.close()

    def _restart_deadline(self) -> None:
        """Set the deadline for what the connection waits for now."""
        if self.flow.write_paused:
            self._deadline.set(self._limits.send_timeout)
        elif self.rejected:
            self._deadline.set(inf)
        elif self._reading_body:
            self._deadline.set(self._limits.body_timeout)
        elif self._reading_head:
            self._deadline.set(self._limits.head_timeout)
        elif self._is_processing():
            self._deadline.set(inf)
        else:
            self._deadline.set(self._limits.idle_timeout)
            self._waiting = self._admission.idle
            self._waiting.setdefault(self, self.loop.time())

    def _is_processing(self) -> bool:
        return self._running is not None and not self._running.response_complete

    def _on_deadline(self) -> None:
        """End the wait for the client."""
        if self.lingering.is_closing():
            return
        if self.flow.write_paused or self.rejected:
            self.lingering.abort()
        elif self.flow.read_paused:  # the server keeps the client waiting
            self._restart_deadline()
        elif self._reading_head or self._reading_body:
            self.reject(RequestTimeout())
        else:
            self.close_idle()

    def reject(self, problem: ProblemError) -> None:
        """Respond with a problem, and close the connection.

        Responses to earlier requests come first. A response that has started is not followed by another.
        """
        log_rejection(problem.status, str(problem))
        self.rejected = True
        self._rejection = self._respond_to(problem)
        self._waiting.pop(self, None)
        self._restart_deadline()
        if self._reading_body:
            self._abandon(self.cycle)
        self._close_after_responses()

    def _respond_to(self, problem: ProblemError) -> bytes:
        if metrics := process_metrics():
            metrics.observe_rejection(problem.status)
        return response_to(problem)

    def _abandon(self, cycle: RequestResponseCycle) -> None:
        """Prevent the application from responding to a request whose body is malformed or late."""
        if self.pipeline and self.pipeline[0][0] is cycle:
            self.pipeline.popleft()
            return
        if cycle.response_started:
            self._rejection = b""
        self._running = None
        cycle.disconnected = True
        cycle.message_event.set()

    def _close_after_responses(self) -> None:
        if not self._is_processing():
            self.transport.write(self._rejection)
            self.transport.close()

    def _discard(self, size: int) -> None:
        """Discard data after the last request, or turn a connection away now that its request arrives."""
        self.lingering.discard(size)
        if not self.lingering.is_closing():
            self._close_after_responses()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        """Start the next request, wait for it, or close the connection if it was rejected.

        Unlike uvicorn's method, this starts no timer.
        """
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self.rejected:
            self._close_after_responses()
        elif self._reading_body:
            self.lingering.linger()
        elif not self._reading_head:
            self._restart_deadline()
