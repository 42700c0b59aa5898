"""The application: what there is to serve (the generator that serves it lives in `routers`)."""

from importlib.metadata import version

__version__ = version("backend-todo")
