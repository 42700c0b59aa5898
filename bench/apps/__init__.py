"""The contestants' applications, each written as the documentation of its framework does."""

import os

URL = os.environ["DATABASE_URL"]
POOL = 10
"""Connections to the database, as many as the application has."""
