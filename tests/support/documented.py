"""Write the OpenAPI document of the specimens to standard output: `python -m tests.support.documented`."""

import sys

from tests.support.databases import new_pool
from tests.support.specimens import specimen_application

if __name__ == "__main__":
    unused = new_pool("postgresql:///")
    sys.stdout.write(specimen_application(unused).openapi_text())
