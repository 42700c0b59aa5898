"""What the application offers: its resources, and how the OpenAPI document describes them."""

from app.accounts.routes import router as accounts
from app.budgets.routes import router as budgets
from app.categories.routes import router as categories
from app.currencies.routes import router as currencies
from app.expenses.routes import router as expenses
from app.search.routes import router as search
from app.tasks.routes import router as tasks
from app.transfers.routes import router as transfers
from routers import ScopedRouter

RESOURCES = (accounts, budgets, categories, currencies, expenses, tasks, transfers)
"""The routers of all resources: a new one is one more entry."""

OTHER_ROUTERS: tuple[ScopedRouter, ...] = (search,)
"""The routers of operations that belong to no resource."""

TITLE = "Expenses"
SUMMARY = "Accounts, expenses and budgets, each visible to its owner only."
DESCRIPTION = (
    "Track expenses from several accounts, by category and currency. The security scheme `owner` identifies "
    "the owner of a request; resources of other owners do not exist for it. Lists are paginated with "
    "cursors. Every resource has an ETag for optimistic concurrency control. Errors are problem details "
    "(RFC 9457)."
)
