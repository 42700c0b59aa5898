"""PostgreSQL: connections, statements, timeouts."""
