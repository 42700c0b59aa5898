"""The PostgreSQL server that runs where no DATABASE_URL is set."""
