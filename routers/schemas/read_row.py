"""The base of response schemas."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlmodel import Field, SQLModel


class ReadRow(SQLModel):
    """The members of every row in a response."""

    id: UUID = Field(description="The id of the row: a UUID, version 7 if the server generated it.")
    created_at: datetime = Field(description="When the row was created, in UTC.")
    updated_at: datetime = Field(description="When the row was last changed, in UTC.")
    version: int = Field(description="The version of the row: 1 at creation, plus 1 with each change.", ge=1)


ReadT = TypeVar("ReadT", bound=ReadRow)
