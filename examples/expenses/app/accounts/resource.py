"""The declaration of accounts."""

from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from app.accounts.models import Account, AccountCreate, AccountRead
from app.expenses.models import Expense
from app.transfers.models import Transfer
from routers import Derived, Range, Resource, Search


def total(amount: Any, *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    """Return the sum of the amounts in rows that meet the conditions."""
    return func.coalesce(select(func.sum(amount)).where(*conditions).scalar_subquery(), 0)


def balance(row: Any) -> ColumnElement[Any]:
    """Return the balance of an account."""
    received = total(col(Transfer.amount), col(Transfer.to_account_id) == row.id)
    sent = total(col(Transfer.amount), col(Transfer.from_account_id) == row.id)
    in_currency = col(Expense.currency_id) == row.currency_id
    spent = total(col(Expense.amount), col(Expense.account_id) == row.id, in_currency)
    return func.coalesce(row.opening_balance + received - sent - spent, 0)


accounts = Resource(
    path="/accounts",
    model=Account,
    create=AccountCreate,
    read=AccountRead,
    filters=(Search("name"), Range("balance", "gte", "lte")),
    sorts=("name", "-balance", "-expense_count"),
    derived=(
        Derived("balance", balance),
        Derived("expense_count", lambda row: select(func.count()).where(col(Expense.account_id) == row.id)),
    ),
)
