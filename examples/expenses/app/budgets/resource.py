"""The declaration of budgets."""

from app.budgets.models import Budget, BudgetCreate, BudgetRead
from routers import Equals, Resource

budgets = Resource(
    path="/budgets",
    model=Budget,
    create=BudgetCreate,
    read=BudgetRead,
    filters=(Equals("category_id"), Equals("period")),
)
