"""The ownership rule, declared once as a FastCRUD policy."""

from typing import Any, NewType

from fastcrud import PolicyConfig
from sqlalchemy import BindParameter

from routers.tables.rows import OwnedRow, Row

OwnerId = NewType("OwnerId", str)
"""The owner whose rows a request may reach: an opaque string of 1 to `MAX_OWNER_LENGTH` ASCII characters.

Only the owner dependency creates it.
"""


class OwnerParameter(BindParameter[Any]):
    """The bind parameter of the owner, which no other parameter of the same name can stand for."""

    inherit_cache = True


OWNER: BindParameter[Any] = OwnerParameter("scope_owner", required=True)
"""The owner in a statement. Executing the statement without a value for it fails."""


def policy_of(model: type[Row], owner: OwnerId | BindParameter[Any] | None) -> PolicyConfig:
    """Return the policy of a model: all operations on the owner's rows, or reading public ones.

    FastCRUD denies every other operation. Creating needs no check: only the server writes `owner_id`.
    """
    if not issubclass(model, OwnedRow):
        return PolicyConfig(read=True)
    own: Any = model.owner_id == owner
    return PolicyConfig(read=own, create=True, update=own, delete=own)
