"""The table of accounts and its schemas."""

from decimal import Decimal
from uuid import UUID

from sqlmodel import Field, SQLModel

from routers import ONE_LINE, OwnedRow, ReadRow


class AccountCreate(SQLModel):
    """An account, as clients create and replace it."""

    name: str = Field(
        max_length=80,
        unique=True,
        schema_extra={"pattern": ONE_LINE, "examples": ["Current account", "Cash"]},
        description="The name of the account; no two accounts have the same.",
    )
    currency_id: UUID = Field(foreign_key="currency.id", description="The currency of its balance.")
    opening_balance: Decimal = Field(
        default=Decimal("0.00"), max_digits=12, decimal_places=2, description="The balance at first."
    )


class Account(AccountCreate, OwnedRow, table=True):
    """The table `account`."""


class AccountRead(AccountCreate, ReadRow):
    """An account, as its owner sees it."""

    balance: Decimal = Field(
        max_digits=24,
        decimal_places=2,
        description="The opening balance with all transfers, less all expenses in the account's currency.",
    )
    expense_count: int = Field(description="The number of expenses.")
