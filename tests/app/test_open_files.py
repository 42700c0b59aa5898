"""The number of connections fits the limit of open files."""

import pytest

from app.limits import Limits
from app.open_files import RESERVED, connection_limits
from app.settings import Settings
from tests.support.processes import Serve, run_to_end, with_open_files

pytestmark = pytest.mark.slow

POOL_SIZE = 10


def test_more_connections_than_open_files_are_refused_with_the_number_to_set() -> None:
    result = run_to_end(with_open_files(256), TODO_MAX_CONNECTIONS="1000")
    assert result.returncode != 0
    assert "open files, 256, is too low for TODO_MAX_CONNECTIONS=1000: raise it to 1292" in result.stderr
    assert "or set TODO_MAX_CONNECTIONS to at most 171." in result.stderr
    enough = run_to_end(with_open_files(1292), TODO_MAX_CONNECTIONS="1000", TODO_HOST="192.0.2.1")
    assert "raise it to 1292" not in enough.stderr


def test_a_limit_of_open_files_without_room_for_a_connection_is_refused() -> None:
    result = run_to_end(with_open_files(RESERVED + POOL_SIZE))
    assert result.returncode != 0
    assert "is too low for a connection" in result.stderr


def test_the_soft_limit_of_open_files_is_raised(serve: Serve, task_url: str) -> None:
    settings = {"DATABASE_URL": task_url, "TODO_OWNER_PROVIDER": "app.owner:trusted_header"}
    serve(with_open_files(50, "-S"), TODO_MAX_CONNECTIONS="100", **settings)


@pytest.mark.parametrize("number", [None, 7])
def test_the_settings_become_the_limits_of_connections(number: int | None) -> None:
    settings = Settings.model_construct(
        head_timeout=1, body_timeout=2, send_timeout=3, idle_timeout=4, max_connections=number
    )
    limits = connection_limits(settings)
    assert limits[:-1] == (1, 2, 3, 4)
    assert limits.connections == number or 0 < limits.connections <= Limits().connections
