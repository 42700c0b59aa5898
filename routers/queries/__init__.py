"""SQL statements, built with SQLAlchemy Core; no I/O."""
