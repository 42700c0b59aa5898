"""The document of the specimens, on standard output: `python -m tests.support.documented`."""

import sys

from routers.openapi.document import document_text
from tests.support.databases import new_pool
from tests.support.specimens import specimen_application

if __name__ == "__main__":
    nowhere = new_pool("postgresql:///")  # nobody connects
    sys.stdout.write(document_text(specimen_application(nowhere).openapi()))
