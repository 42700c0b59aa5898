"""The table of categories and its schemas."""

from uuid import UUID

from sqlmodel import Field, SQLModel

from routers import ONE_LINE, OwnedRow, ReadRow


class CategoryCreate(SQLModel):
    """A category, as clients create and replace it."""

    name: str = Field(
        max_length=80,
        schema_extra={"pattern": ONE_LINE, "examples": ["Household", "Travel"]},
        description="The name of the category.",
    )
    parent_id: UUID | None = Field(
        default=None,
        foreign_key="category.id",
        ondelete="CASCADE",
        description="The category that contains this one, and whose deletion deletes it; or null.",
    )


class Category(CategoryCreate, OwnedRow, table=True):
    """The table `category`."""


class CategoryRead(CategoryCreate, ReadRow):
    """A category, as its owner sees it."""

    expense_count: int = Field(description="The number of expenses, without those of categories within it.")
