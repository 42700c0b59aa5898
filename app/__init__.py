"""The application: what there is to serve (the generator that serves it lives in `routers`)."""

from importlib.metadata import version
from pathlib import Path

__version__ = version("backend-todo")

ROOT = Path(__file__).resolve().parent.parent
"""Where the project lies."""


class Refused(Exception):
    """What stops a command, and was foreseen; the message is one sentence for the person who gave it."""
