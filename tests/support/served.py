"""The specimens behind a real server: `python -m tests.support.served`."""

import os

from routers import ResourceAPI
from tests.support.databases import new_pool
from tests.support.serving import serve
from tests.support.specimens import specimen_application


def served() -> ResourceAPI:
    """The application, on the database that `SPECIMENS_URL` names."""
    return specimen_application(new_pool(os.environ["SPECIMENS_URL"]))


if __name__ == "__main__":
    serve("tests.support.served:served")
