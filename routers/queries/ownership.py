"""The rule of ownership, declared once as a FastCRUD policy."""

from typing import Any

from fastcrud import PolicyConfig
from sqlalchemy import BindParameter, bindparam

from routers.scope.access import OwnerId
from routers.tables.rows import OwnedRow, Row

OWNER: BindParameter[Any] = bindparam("scope_owner")
"""The owner in a prebuilt statement: executed without a value for it, the statement fails."""


def policy_of(model: type[Row], owner: OwnerId | BindParameter[Any] | None) -> PolicyConfig:
    """Grant each operation on the owner's rows or, of public ones, reading (FastCRUD denies by default).

    A created row needs no check: only the server writes `owner_id`.
    """
    if not issubclass(model, OwnedRow):
        return PolicyConfig(read=True)
    own: Any = model.owner_id == owner
    return PolicyConfig(read=own, create=True, update=own, delete=own)
