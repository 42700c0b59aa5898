"""The endpoints of categories: the generated ones and a custom one."""

from typing import Annotated

from sqlalchemy import select
from sqlmodel import col

from app.access import API, access
from app.budgets.models import Budget
from app.budgets.routes import BudgetScope
from app.categories.models import Category, CategoryRead
from app.categories.resource import categories
from app.categories.schemas import Merge
from app.expenses.models import Expense
from app.expenses.routes import ExpenseScope
from routers import Conflict, RowId, Scope, resource_router

router = resource_router(categories, access, prefix=API)

CategoryScope = Annotated[Scope[CategoryRead], router.scope]


@router.post(
    "/{category_id}/merge",
    summary="Merge a category into another",
    response_description="The category that remains.",
)
async def merge_category(
    category_id: RowId, merge: Merge, rows: CategoryScope, expenses: ExpenseScope, budgets: BudgetScope
) -> CategoryRead:
    """Move the expenses and budgets to another category, then delete this one.

    Categories within it move one level up. Where both have a budget for a period, that of the other remains.
    """
    if category_id == merge.into_id:
        raise Conflict("A category cannot be merged into itself.")
    async with rows.transaction():
        category, other = await rows.get(category_id), await rows.get(merge.into_id)
        await rows.update_where(col(Category.parent_id) == category.id, parent_id=category.parent_id)
        await expenses.update_where(col(Expense.category_id) == category.id, category_id=other.id)
        periods = select(col(Budget.period)).where(col(Budget.category_id) == other.id)
        own = col(Budget.category_id) == category.id
        await budgets.delete_where(own & col(Budget.period).in_(periods))
        await budgets.update_where(own, category_id=other.id)
        await rows.delete(category.id)
        return await rows.get(other.id)
