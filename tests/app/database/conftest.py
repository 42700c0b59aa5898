from collections.abc import Iterator

import pytest

from tests.support.sql import new_database, run_sql


@pytest.fixture(scope="session")
def models_database(server_url: str) -> str:
    return new_database(server_url, "models")


@pytest.fixture
def url(models_database: str) -> Iterator[str]:
    """Return the URL of an empty database."""
    yield models_database
    run_sql(
        models_database,
        'DROP SCHEMA IF EXISTS "Other" CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public',
    )
