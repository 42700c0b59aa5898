"""The endpoint of the search."""

from typing import Annotated

from fastapi import Query
from sqlalchemy import literal, select, union_all
from sqlmodel import col

from app.access import API, access
from app.accounts.models import Account
from app.categories.models import Category
from app.expenses.models import Expense
from app.expenses.routes import ExpenseScope
from app.search.schemas import Match
from app.tasks.models import Task
from routers import ScopedRouter

router = ScopedRouter(access, prefix=API, name="search", description="Search in several resources.")

SEARCHED = (
    ("accounts", col(Account.id), col(Account.name)),
    ("categories", col(Category.id), col(Category.name)),
    ("expenses", col(Expense.id), col(Expense.payee)),
    ("tasks", col(Task.id), col(Task.title)),
)
"""The resources that the search covers, each with its id and its text."""


@router.get(
    "/search",
    summary="Search in several resources",
    response_description="The rows, in the order of their texts.",
)
async def search(
    q: Annotated[str, Query(min_length=1, max_length=100, description="Text to search for, ignoring case.")],
    rows: ExpenseScope,
) -> list[Match]:
    """Return up to 50 accounts, categories, expenses and tasks that contain a text."""
    matches = union_all(
        *(
            select(literal(name).label("resource"), row_id.label("id"), text.label("text")).where(
                text.icontains(q, autoescape=True)
            )
            for name, row_id, text in SEARCHED
        )
    ).subquery()
    statement = select(matches).order_by(matches.c.text, matches.c.id).limit(50)
    result = await rows.select(statement)
    return [Match.model_validate(row) for row in result.mappings()]
