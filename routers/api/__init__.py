"""HTTP, from request to response."""
