"""The rule of ownership, declared once as a FastCRUD policy."""

from typing import Any

from fastcrud import PolicyConfig
from sqlalchemy import BindParameter, bindparam

from routers.access import OwnerId
from routers.models import OwnedRow

OWNER: BindParameter[Any] = bindparam("scope_owner")
"""The owner in a prebuilt statement: executed without a value for it, the statement fails."""


def ownership(model: type[OwnedRow], owner: OwnerId | BindParameter[Any]) -> PolicyConfig:
    """Grant each operation on the owner's rows, and nothing else (FastCRUD denies by default).

    A created row needs no check: only the server writes `owner_id`.
    """
    own: Any = model.owner_id == owner
    return PolicyConfig(read=own, create=True, update=own, delete=own)
