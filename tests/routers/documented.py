"""The document of the specimens, on standard output: `python -m tests.routers.documented`."""

import sys

from routers.openapi import document_text
from tests.routers.conftest import new_pool
from tests.routers.specimens import specimen_application

if __name__ == "__main__":
    nowhere = new_pool("postgresql:///")  # nobody connects
    sys.stdout.write(document_text(specimen_application(nowhere).openapi()))
