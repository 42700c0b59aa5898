"""The declaration of expenses."""

from app.expenses.models import Expense, ExpenseCreate, ExpenseRead
from routers import Equals, Has, OneOf, Range, Resource, Search

expenses = Resource(
    path="/expenses",
    model=Expense,
    create=ExpenseCreate,
    read=ExpenseRead,
    filters=(
        Equals("account_id"),
        Equals("category_id"),
        Has("category_id"),
        OneOf("method"),
        Range("amount", "gte", "lte"),
        Range("spent_on", "gte", "lte"),
        Search("payee"),
    ),
    sorts=("-spent_on", "spent_on", "-amount", "-created_at"),
    count=True,
)
