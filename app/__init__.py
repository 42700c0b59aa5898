"""The application: tasks, settings, database, command line. `routers` generates its endpoints."""

from importlib.metadata import version
from pathlib import Path

__version__ = version("backend-todo")

ROOT = Path(__file__).resolve().parent.parent
"""The directory that contains the package: the project, or site-packages if a wheel is installed."""


class CommandError(Exception):
    """An expected failure of a command; the message is one sentence for the user."""
