"""One owner's view of tables: the only way to rows."""
