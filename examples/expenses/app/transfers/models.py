"""The table of transfers and its schemas."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from routers import OwnedRow, ReadRow


class TransferCreate(SQLModel):
    """A transfer, as clients create and replace it."""

    from_account_id: UUID = Field(foreign_key="account.id", description="The account that sends the amount.")
    to_account_id: UUID = Field(foreign_key="account.id", description="The account that receives the amount.")
    amount: Decimal = Field(max_digits=12, decimal_places=2, ge=0, description="The amount that arrives.")
    transferred_on: date = Field(description="The day of the transfer.")


class Transfer(TransferCreate, OwnedRow, table=True):
    """The table `transfer`."""

    __table_args__ = (CheckConstraint("from_account_id <> to_account_id", name="different_accounts"),)


class TransferRead(TransferCreate, ReadRow):
    """A transfer, as its owner sees it."""
