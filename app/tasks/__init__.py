"""Tasks: the first resource."""
