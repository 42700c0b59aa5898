"""The same six operations, written in other ways; each module is one of them."""

import os

URL = os.environ["DATABASE_URL"]
POOL = 10
"""Connections, as many as the application holds."""
