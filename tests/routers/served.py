"""The specimens behind a real server: `python -m tests.routers.served`."""

import os

from routers import ResourceAPI
from tests.routers.conftest import new_pool
from tests.routers.specimens import specimen_application
from tests.serving import serve


def served() -> ResourceAPI:
    """The application, on the database that `SPECIMENS_URL` names."""
    return specimen_application(new_pool(os.environ["SPECIMENS_URL"]))


if __name__ == "__main__":
    serve("tests.routers.served:served")
