"""The application's database: engine, pool size, migrations."""
