"""The endpoints of accounts: the generated ones and a custom one."""

from typing import Annotated

from app.access import API, access
from app.accounts.models import AccountRead
from app.accounts.resource import accounts
from app.accounts.schemas import TransferOrder
from app.expenses.routes import ExpenseScope
from app.transfers.models import TransferRead
from app.transfers.routes import TransferScope
from routers import RowId, Scope, resource_router

router = resource_router(accounts, access, prefix=API)

AccountScope = Annotated[Scope[AccountRead], router.scope]


@router.post(
    "/{account_id}/transfer",
    summary="Transfer an amount to another account",
    response_description="The transfer, without its fee.",
)
async def transfer_amount(
    account_id: RowId,
    order: TransferOrder,
    rows: AccountScope,
    transfers: TransferScope,
    expenses: ExpenseScope,
) -> TransferRead:
    """Create the transfer, and the expense for its fee: both or, if one is rejected, neither."""
    async with rows.transaction():
        account = await rows.get(account_id)
        transfer = await transfers.create(
            from_account_id=account.id,
            to_account_id=order.to_account_id,
            amount=order.amount,
            transferred_on=order.transferred_on,
        )
        await expenses.create(
            account_id=account.id,
            category_id=order.category_id,
            currency_id=account.currency_id,
            amount=order.fee,
            payee="Fee of a transfer",
            spent_on=order.transferred_on,
        )
    return transfer
