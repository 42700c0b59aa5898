"""The application, put together."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI

from app import __version__, health
from app.cors import cors
from app.database.engine import open_database, warm
from app.logs import configure_logs, log_exchange
from app.settings import Settings, SettingsError, read_settings
from app.tasks.routes import router as tasks
from routers import ResourceAPI, Unavailable

RESOURCES = (tasks,)
"""The routers of all resources: adding one is one line here."""

DESCRIPTION = (
    "Create, list, change and delete tasks. The security scheme `owner` says whose request it is: what "
    "belongs to another owner is absent. Lists come in pages. Rows carry entity tags, for changes on the "
    "condition that nobody else was faster. Errors are problems, as RFC 9457 has them."
)
"""What the document says of the API as a whole."""


def create_app(settings: Settings) -> ResourceAPI:
    """Put the application together.

    Raises:
        SettingsError: the owner provider cannot be imported.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure_logs(settings)
        app.state.database = database = open_database(settings.database_url or "", settings.pool_size)
        try:
            await warm(database)
        except Unavailable:
            structlog.get_logger().warning("the database is not available; answering 503 until it is")
        yield
        await database.close()

    app = ResourceAPI(
        title="backend-todo",
        version=__version__,
        summary="Tasks, each seen by its owner alone.",
        description=DESCRIPTION,
        contact={"name": "The contributors of backend-todo"},
        license_info={"name": "MIT", "url": "https://opensource.org/license/mit"},
        openapi_tags=[health.TAG],
        lifespan=lifespan,
        max_body_size=settings.max_body_bytes,
        outer=cors(settings),
        observe=log_exchange,
    )
    app.state.owner_provider = settings.load_owner_provider()
    for router in (health.router, *RESOURCES):
        app.include_router(router)
    return app


def __getattr__(name: str) -> Any:
    """Make `app` when a server asks for it (`uvicorn app.main:app`); importing alone does nothing."""
    if name != "app":
        raise AttributeError(name)
    try:
        application = create_app(_settings_of_server())
    except SettingsError as error:
        sys.exit(str(error))
    globals()["app"] = application
    return application


def _settings_of_server() -> Settings:
    settings = read_settings()
    if settings.database_url is None:
        raise SettingsError("DATABASE_URL is not set: set it, or use `todo serve`, which brings a database.")
    return settings
