"""The bodies of custom routes of categories."""

from uuid import UUID

from pydantic import BaseModel, Field


class Merge(BaseModel):
    """Where the contents of a category go."""

    into_id: UUID = Field(description="The category that gets the expenses and budgets.")
