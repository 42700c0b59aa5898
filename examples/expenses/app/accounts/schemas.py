"""The bodies of custom routes of accounts."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, Field


class TransferOrder(BaseModel):
    """An amount to transfer to another account of the owner, and what the bank takes for it."""

    to_account_id: UUID = Field(description="The account that receives the amount.")
    amount: Decimal = Field(max_digits=12, decimal_places=2, ge=0, description="The amount that arrives.")
    fee: Decimal = Field(max_digits=12, decimal_places=2, ge=0, description="The expense for the fee.")
    category_id: UUID | None = Field(default=None, description="The category of the fee.")
    transferred_on: date = Field(description="The day of the transfer.")
