"""The endpoints of transfers."""

from typing import Annotated

from app.access import API, access
from app.transfers.models import TransferRead
from app.transfers.resource import transfers
from routers import Scope, resource_router

router = resource_router(transfers, access, prefix=API)

TransferScope = Annotated[Scope[TransferRead], router.scope]
