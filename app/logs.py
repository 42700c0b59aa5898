"""Logs: one line per event, for people or for machines."""

import contextlib
import logging
import re
import sys
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any

import structlog
from starlette.types import Scope
from structlog.tracebacks import ExceptionDictTransformer

from app.settings import Settings
from routers import path_template, route_path

MAX_PATH_LENGTH = 200
"""The maximum length of a path in the log, in characters."""

# At most three digits: the ids of rows have more.
_PLAIN_SEGMENT = re.compile(r"(?=.{0,32}\Z)[A-Za-z._~-]*(?:[0-9][A-Za-z._~-]*){0,3}")
_IGNORED = "a parameter of the database URL is ignored"

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
    for setting, parameters in settings.ignored.items():
        for name, reason in parameters.items():
            _access.warning(_IGNORED, setting=setting, parameter=name, reason=reason)


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
    """Write a line of the access log: no owner, no body, and the path of the route instead of the row's.

    If no route has the path, the line has its plain segments, so that a wrong path can be found.
    """
    route = path_template(scope)
    fields = {
        "method": scope["method"],
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "request_id": scope["request_id"],
    }
    if route is None and status == HTTPStatus.NOT_FOUND:
        fields["path"] = _plain(route_path(scope))
    # A closed log must not prevent the response.
    with contextlib.suppress(OSError):
        if error is None:
            _access.info("request", **fields)
        else:
            _access.error("request", **fields, exc_info=error)


def _plain(path: str) -> str:
    """Return a path with `*` in place of segments that may be values, such as ids; it is safe in any log."""
    segments = (part if _PLAIN_SEGMENT.fullmatch(part) else "*" for part in path.split("/"))
    plain = "/".join(segments)
    return plain if len(plain) <= MAX_PATH_LENGTH else f"{plain[:MAX_PATH_LENGTH]}..."


def log_rejection(status: int, reason: str) -> None:
    """Write a line for a request that was rejected before it reached the application.

    Like other requests, at level info: clients cause it, and cannot fill the log with warnings.
    """
    with contextlib.suppress(OSError):
        _access.info("request rejected", status=status, reason=reason)
