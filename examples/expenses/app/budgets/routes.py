"""The endpoints of budgets."""

from typing import Annotated

from app.access import API, access
from app.budgets.models import BudgetRead
from app.budgets.resource import budgets
from routers import Scope, resource_router

router = resource_router(budgets, access, prefix=API)

BudgetScope = Annotated[Scope[BudgetRead], router.scope]
