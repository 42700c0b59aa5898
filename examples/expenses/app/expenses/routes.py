"""The endpoints of expenses: the generated ones and the custom ones."""

from datetime import date
from typing import Annotated

from fastapi import Query
from sqlalchemy import func, select, true
from sqlmodel import col

from app.access import API, access
from app.currencies.models import Currency
from app.expenses.models import Expense, ExpenseRead
from app.expenses.resource import expenses
from app.expenses.schemas import Changed, Import, Recategorization, Total
from routers import Scope, resource_router

router = resource_router(expenses, access, prefix=API)

ExpenseScope = Annotated[Scope[ExpenseRead], router.scope]


@router.get(
    "/totals",
    summary="Add up expenses by month and currency",
    response_description="The totals, the latest month first.",
)
async def get_totals(
    rows: ExpenseScope,
    since: Annotated[date | None, Query(description="The first day whose expenses count.")] = None,
) -> list[Total]:
    """Return the sum and the number of expenses for each month and currency."""
    month = func.to_char(col(Expense.spent_on), "YYYY-MM").label("month")
    statement = (
        select(
            month,
            col(Currency.code).label("currency"),
            func.sum(col(Expense.amount)).label("amount"),
            func.count().label("count"),
        )
        .join(Currency, col(Currency.id) == col(Expense.currency_id))
        .where(true() if since is None else col(Expense.spent_on) >= since)
        .group_by(month, col(Currency.code))
        .order_by(month.desc(), col(Currency.code))
        .limit(1000)
    )
    result = await rows.select(statement)
    return [Total.model_validate(row) for row in result.mappings()]


@router.post(
    "/import", summary="Import expenses", response_description="The new expenses, in the same order."
)
async def import_expenses(body: Import, rows: ExpenseScope) -> list[ExpenseRead]:
    """Create all of the expenses or, if one is rejected, none."""
    return await rows.create_many(each.model_dump() for each in body.expenses)


@router.post(
    "/recategorize",
    summary="Change the category of expenses",
    response_description="The number of expenses that changed.",
)
async def recategorize_expenses(body: Recategorization, rows: ExpenseScope) -> Changed:
    """Give many expenses the same category. Ids of no expense are ignored."""
    condition = col(Expense.id).in_(body.expense_ids)
    return Changed(count=await rows.update_where(condition, category_id=body.category_id))


@router.post("/clear", summary="Delete old expenses", response_description="The number of deleted expenses.")
async def clear_expenses(
    before: Annotated[date, Query(description="The first day whose expenses remain.")], rows: ExpenseScope
) -> Changed:
    """Delete all expenses of the days before a day."""
    return Changed(count=await rows.delete_where(col(Expense.spent_on) < before))
