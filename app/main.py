"""Create the application."""

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import Scope

from app import __version__, health
from app.cors import cors
from app.database.engine import open_database, warm_up
from app.identification import Identification, current_owner
from app.logs import configure_logs, log_request
from app.metrics import CountActive, Metrics, process_metrics
from app.resources import DESCRIPTION, OTHER_ROUTERS, RESOURCES, SUMMARY, TITLE
from app.settings import Settings, SettingsError, read_settings
from app.supervisor import exit_with_supervisor
from app.telemetry import Telemetry
from routers import Observer, ResourceAPI, RootPathError, Unavailable

TABLES = tuple(router.resource.table for router in RESOURCES)
"""The tables of all resources."""


def create_app(settings: Settings | None = None) -> ResourceAPI:
    """Create the application, by default with the settings from the environment.

    For any ASGI server: `uvicorn --factory app.main:create_app`.
    """
    is_served = settings is None
    settings = settings or _server_settings()
    if is_served:
        configure_logs(settings)  # here, so that it applies to the server's own messages at start
    metrics = process_metrics()
    telemetry = Telemetry(enabled=is_served)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        exit_with_supervisor()
        app.state.database = database = open_database(settings.database_url or "", settings.pool_size)
        telemetry.trace(database)
        async with AsyncExitStack() as stack:
            if metrics:
                database.observe(metrics.observe_operation)
                await stack.enter_async_context(metrics.measuring(database))
            try:
                await warm_up(database)
            except Unavailable:
                structlog.get_logger().warning("the database is not available; requests get 503 until it is")
            yield
        await database.close()
        await telemetry.close()

    app = ResourceAPI(
        title=TITLE,
        version=__version__,
        summary=SUMMARY,
        description=DESCRIPTION,
        contact={"name": "The contributors of backend-todo"},
        license_info={"name": "MIT", "url": "https://opensource.org/license/mit"},
        openapi_tags=[health.TAG],
        lifespan=lifespan,
        root_path=settings.root_path,
        max_body_size=settings.max_body_bytes,
        outer=[*_count_active(metrics), *cors(settings)],
        observe=_observer(metrics),
        security_schemes={current_owner.scheme_name: settings.provider.scheme.model},
        telemetry=telemetry.config,
    )
    app.state.identification = Identification(settings.provider)
    app.state.tables = TABLES
    try:
        for router in (health.router, *RESOURCES, *OTHER_ROUTERS):
            app.include_router(router)
    except RootPathError as error:
        raise SettingsError(f"TODO_ROOT_PATH cannot be used. {error}") from error
    return app


def _count_active(metrics: Metrics | None) -> list[Middleware]:
    return [Middleware(CountActive, gauge=metrics.active)] if metrics else []


def _observer(metrics: Metrics | None) -> Observer:
    if metrics is None:
        return log_request

    def observe(scope: Scope, status: int, seconds: float, error: Exception | None) -> None:
        log_request(scope, status, seconds, error)
        metrics.observe_request(scope, status, seconds, error)

    return observe


def _server_settings() -> Settings:
    try:
        settings = read_settings()
    except SettingsError as error:
        sys.exit(str(error))
    if settings.database_url is None:
        sys.exit("DATABASE_URL is not set: set it, or use `todo serve`, which starts a database.")
    return settings
