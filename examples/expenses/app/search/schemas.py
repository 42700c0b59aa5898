"""The responses of the search."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field


class Match(BaseModel):
    """A row that contains the text."""

    resource: Literal["accounts", "categories", "expenses", "tasks"] = Field(description="Its resource.")
    id: UUID = Field(description="The id of the row.")
    text: str = Field(max_length=200, description="The text of the row.")
