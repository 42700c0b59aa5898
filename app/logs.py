"""The logs: one line an event, for a person or for a machine."""

import contextlib
import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from starlette.types import Scope

from app.settings import Settings

_access = structlog.get_logger()


def configure_logs(settings: Settings) -> None:
    """Send every log of the process, the libraries' too, to standard error in the chosen format."""
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if settings.log_format == "json":
        last: list[Any] = [
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(),
        ]
    elif sys.stderr.isatty():
        last = [structlog.dev.ConsoleRenderer()]
    else:
        last = [structlog.processors.format_exc_info, _line]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[handler], level=settings.log_level.upper(), force=True)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # ours says more
    # Ours go straight to the stream: on the way through `logging` a line costs three times as much.
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level.upper())),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """What the console shows, without colours; a traceback follows on lines of its own."""
    time, level, said = (event.pop(name, "") for name in ("timestamp", "level", "event"))
    trace = event.pop("exception", None)
    facts = " ".join(f"{name}={_word(value)}" for name, value in sorted(event.items()))
    return f"{time} [{level:<9}] {said} {facts}".rstrip() + (f"\n{trace}" if trace else "")


def _word(value: object) -> str:
    text = str(value)
    return text if text.isprintable() and " " not in text else repr(text)


def log_exchange(scope: Scope, status: int, seconds: float, fault: Exception | None) -> None:
    """Write the access log's line: no owner, no body, no path as sent (the route names no row)."""
    facts = {
        "method": scope["method"],
        "route": getattr(scope.get("route"), "path", None),
        "status": status,
        "ms": round(seconds * 1000, 1),
        "request_id": scope["request_id"],
    }
    # A log that nobody reads any more is no reason to leave a request without its answer.
    with contextlib.suppress(OSError):
        if fault is None:
            _access.info("request", **facts)
        else:
            _access.error("request", **facts, exc_info=fault)
