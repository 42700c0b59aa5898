"""The bodies and responses of custom routes of expenses."""

from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, Field

from app.expenses.models import ExpenseCreate


class Import(BaseModel):
    """Expenses to create together."""

    expenses: list[ExpenseCreate] = Field(max_length=100, description="The expenses.")


class Recategorization(BaseModel):
    """Expenses, and their new category."""

    expense_ids: list[UUID] = Field(max_length=100, description="The expenses to change.")
    category_id: UUID | None = Field(description="The new category, or null for none.")


class Changed(BaseModel):
    """The effect of an operation on many rows."""

    count: int = Field(ge=0, description="The number of rows that changed.")


class Total(BaseModel):
    """The expenses of one month in one currency."""

    month: str = Field(max_length=7, description="The month, as YYYY-MM.")
    currency: str = Field(max_length=3, description="The code of the currency.")
    amount: Decimal = Field(max_digits=24, decimal_places=2, ge=0, description="The sum of the amounts.")
    count: int = Field(ge=0, description="The number of expenses.")
