"""What the resources of this application are given: its owner and its database."""

from app.owner import current_owner
from routers import Access

API = "/api/v1"
"""Where every resource is served."""

access = Access(owner=current_owner, database=lambda request: request.app.state.database)
