"""The endpoints of currencies."""

from app.access import API, access
from app.currencies.resource import currencies
from routers import resource_router

router = resource_router(currencies, access, prefix=API)
