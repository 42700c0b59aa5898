"""The owner and the database that the resources of this application use."""

from app.identification import current_owner
from routers import Access

API = "/api/v1"
"""The path prefix of every resource."""

access = Access(owner=current_owner, database=lambda request: request.app.state.database)
