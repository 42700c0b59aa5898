"""Logs: one line per event, for people or for machines."""

import contextlib
import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.types import Scope
from structlog.tracebacks import ExceptionDictTransformer

from app.settings import Settings
from routers import path_template

_access = structlog.get_logger()


def configure_logs(settings: Settings) -> None:
    """Send the logs of the process and its libraries to standard error, in the configured format."""
    processors: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if settings.log_format == "json":
        # Without the local variables of the frames: they contain owners, headers and bodies.
        transformer = ExceptionDictTransformer(show_locals=False)
        renderers: list[Any] = [
            structlog.processors.ExceptionRenderer(transformer),
            structlog.processors.JSONRenderer(),
        ]
    elif sys.stderr.isatty():
        renderers = [structlog.dev.ConsoleRenderer()]
    else:
        renderers = [structlog.processors.format_exc_info, _render_line]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *processors],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
    )
    logging.captureWarnings(capture=True)
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # `log_request` replaces it
    # Directly to the stream: through `logging`, a line costs three times as much.
    structlog.configure(
        processors=[*processors, *renderers],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level.upper())),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _render_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """Render an event like the console does, without colours; a traceback follows on lines of its own."""
    timestamp, level, message = (event.pop(name, "") for name in ("timestamp", "level", "event"))
    traceback = event.pop("exception", None)
    fields = " ".join(f"{name}={_quoted(value)}" for name, value in sorted(event.items()))
    return f"{timestamp} [{level:<9}] {message} {fields}".rstrip() + (f"\n{traceback}" if traceback else "")


def _quoted(value: object) -> str:
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)


def log_request(scope: Scope, status: int, seconds: float, error: Exception | None) -> None:
    """Write a line of the access log: no owner, no body, and the path of the route instead of the row's."""
    fields = {
        "method": scope["method"],
        "route": path_template(scope),
        "status": status,
        "ms": round(seconds * 1000, 1),
        "request_id": scope["request_id"],
    }
    # A closed log must not prevent the response.
    with contextlib.suppress(OSError):
        if error is None:
            _access.info("request", **fields)
        else:
            _access.error("request", **fields, exc_info=error)


def log_rejection(status: int, reason: str) -> None:
    """Write a line for a request that was rejected before it reached the application.

    Like other requests, at level info: clients cause it, and cannot fill the log with warnings.
    """
    with contextlib.suppress(OSError):
        _access.info("request rejected", status=status, reason=reason)
