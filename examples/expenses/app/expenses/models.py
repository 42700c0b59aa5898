"""The table of expenses and its schemas."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from routers import ONE_LINE, OwnedRow, ReadRow


class Method(StrEnum):
    """The way of a payment."""

    CARD = "card"
    CASH = "cash"
    DIRECT_DEBIT = "direct-debit"


class ExpenseCreate(SQLModel):
    """An expense, as clients create and replace it."""

    account_id: UUID = Field(
        foreign_key="account.id", ondelete="RESTRICT", description="The account that it was paid from."
    )
    category_id: UUID | None = Field(
        default=None, foreign_key="category.id", description="The category, or null."
    )
    currency_id: UUID = Field(foreign_key="currency.id", description="The currency of the amount.")
    amount: Decimal = Field(max_digits=12, decimal_places=2, ge=0, description="The amount that was paid.")
    method: Method = Field(default=Method.CARD, description="How it was paid.")
    payee: str = Field(
        max_length=120,
        schema_extra={"pattern": ONE_LINE, "examples": ["Corner shop", "Railway"]},
        description="Who was paid.",
    )
    spent_on: date = Field(description="The day of the expense.")
    tags: list[str] = Field(default_factory=list, max_length=20, description="Any words.")


class Expense(ExpenseCreate, OwnedRow, table=True):
    """The table `expense`."""


class ExpenseRead(ExpenseCreate, ReadRow):
    """An expense, as its owner sees it."""
