"""The declaration of currencies."""

from app.currencies.models import Currency, CurrencyRead
from routers import Equals, Resource

currencies = Resource(
    path="/currencies",
    model=Currency,
    read=CurrencyRead,
    filters=(Equals("code"),),
    sorts=("code",),
    operations=("list", "get"),
    public=True,
)
