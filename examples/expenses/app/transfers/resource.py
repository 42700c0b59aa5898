"""The declaration of transfers."""

from app.transfers.models import Transfer, TransferCreate, TransferRead
from routers import Equals, Range, Resource

transfers = Resource(
    path="/transfers",
    model=Transfer,
    create=TransferCreate,
    read=TransferRead,
    filters=(Equals("from_account_id"), Equals("to_account_id"), Range("transferred_on", "gte", "lte")),
    sorts=("-transferred_on", "transferred_on"),
)
