"""Whose request it is, as a hand-written FastAPI application asks."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request


async def owner_of(request: Request) -> str:
    """The owner that the header names."""
    name = request.headers.get("x-user-id")
    if not name:
        raise HTTPException(401)
    return name


Owner = Annotated[str, Depends(owner_of)]
