"""The dependencies that an application provides to its resources."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from routers.database.database import Database
from routers.queries.ownership import OwnerId


@dataclass(frozen=True)
class Access:
    """Where a resource gets the owner and the database of a request.

    Attributes:
        owner: An async FastAPI dependency that returns an `OwnerId` or raises `Unauthenticated`, or the 401
            of a FastAPI security class. An instance of such a class documents itself in OpenAPI.
        database: A function that returns the database for a request.
    """

    owner: Callable[..., Awaitable[OwnerId]] | Any
    database: Callable[[Request], Database]
