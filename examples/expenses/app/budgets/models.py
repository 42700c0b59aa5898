"""The table of budgets and its schemas."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from routers import OwnedRow, ReadRow


class Period(StrEnum):
    """The time for which a budget is."""

    MONTH = "month"
    YEAR = "year"


class BudgetCreate(SQLModel):
    """A budget, as clients create and replace it."""

    category_id: UUID = Field(
        foreign_key="category.id",
        ondelete="CASCADE",
        description="The category, whose deletion deletes the budget.",
    )
    period: Period = Field(description="The period; a category has one budget for each.")
    amount: Decimal = Field(max_digits=12, decimal_places=2, ge=0, description="The amount to spend.")


class Budget(BudgetCreate, OwnedRow, table=True):
    """The table `budget`."""

    __table_args__ = (UniqueConstraint("owner_id", "category_id", "period"),)


class BudgetRead(BudgetCreate, ReadRow):
    """A budget, as its owner sees it."""
