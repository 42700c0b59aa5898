"""The specimens behind a real server: `uvicorn --factory tests.routers.served:served`."""

import os

from routers import ResourceAPI
from tests.routers.conftest import new_pool
from tests.routers.specimens import specimen_application


def served() -> ResourceAPI:
    """The application, on the database that `SPECIMENS_URL` names."""
    return specimen_application(new_pool(os.environ["SPECIMENS_URL"]))
