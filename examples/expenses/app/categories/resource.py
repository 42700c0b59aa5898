"""The declaration of categories."""

from sqlalchemy import func, select
from sqlmodel import col

from app.categories.models import Category, CategoryCreate, CategoryRead
from app.expenses.models import Expense
from routers import Derived, Equals, Resource, Search

categories = Resource(
    path="/categories",
    model=Category,
    create=CategoryCreate,
    read=CategoryRead,
    filters=(Equals("parent_id"), Search("name")),
    sorts=("name", "-created_at", "-expense_count"),
    derived=(
        Derived("expense_count", lambda row: select(func.count()).where(col(Expense.category_id) == row.id)),
    ),
)
