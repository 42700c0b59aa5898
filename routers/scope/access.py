"""What binds resources to an application: who asks, then where the rows are."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NewType

from fastapi import Request

from routers.database.database import Database

OwnerId = NewType("OwnerId", str)
"""Whose rows a request may reach: an opaque string, made only by the application's owner provider."""


@dataclass(frozen=True)
class Access:
    """The two things that the generator has to be given.

    Attributes:
        owner: An async FastAPI dependency that answers an `OwnerId` or raises `Unauthenticated`.
            An instance of a FastAPI security class documents itself in OpenAPI.
        database: Answers the database that serves a request.
    """

    owner: Callable[..., Awaitable[OwnerId]] | Any
    database: Callable[[Request], Database]
