"""Serve the specimens with a real server: `python -m tests.support.served`."""

import os

from routers import ResourceAPI
from tests.support.databases import new_pool
from tests.support.serving import serve
from tests.support.specimens import specimen_application


def served() -> ResourceAPI:
    """Create the application on the database at `SPECIMENS_URL`."""
    return specimen_application(new_pool(os.environ["SPECIMENS_URL"]))


if __name__ == "__main__":
    serve("tests.support.served:served")
