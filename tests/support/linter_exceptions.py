"""Write the rules of Spectral, with exceptions for parts of the documents.

`python -m tests.support.linter_exceptions` writes them to standard output, for `make apilint`. The public
operations follow from the declarations; tests/app/test_main.py checks that no other operation is public.
"""

import json
import sys
from collections.abc import Iterable

from app import health
from app.resources import RESOURCES
from tests.support.public_operations import public_paths
from tests.support.specimens import specimen_routers

PUBLIC_PATHS = {
    "../../openapi.json": public_paths([health.router, *RESOURCES]),
    "specimens.json": public_paths(specimen_routers()),
}
"""The paths without an owner in each document."""

# The server is "This server": the document has a relative URL, so it is the same in every environment.
SERVER_RULES = ("docs-description", "owasp:api9:2023-inventory-environment")
# Health probes, for whatever starts and stops the server, and reference data.
OWNER_RULES = ("owasp:api2:2023-read-restricted", "owasp:api8:2023-define-error-responses-401")

_ESCAPES = str.maketrans({"~": "~0", "/": "~1", "{": "%7B", "}": "%7D"})
"""How a JSON pointer in a URI fragment spells the characters of a path."""


def _without(rules: Iterable[str], files: list[str]) -> dict[str, object]:
    return {"files": files, "rules": dict.fromkeys(rules, "off")}


def ruleset() -> dict[str, object]:
    """Return a ruleset that extends `.spectral.yaml`."""
    paths = [
        f"{document}#/paths/{path.translate(_ESCAPES)}"
        for document, public in PUBLIC_PATHS.items()
        for path in sorted(public)
    ]
    overrides = [
        _without(SERVER_RULES, [f"{document}#/servers" for document in PUBLIC_PATHS]),
        _without(OWNER_RULES, paths),
    ]
    return {"extends": ["./.spectral.yaml"], "overrides": overrides}


if __name__ == "__main__":
    json.dump(ruleset(), sys.stdout, indent=2)
