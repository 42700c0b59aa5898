"""The check of the schema covers tables in every schema of the database."""

from sqlalchemy import MetaData

from app.database.engine import open_database
from app.database.migrations import migrate
from app.database.revisions import schema_error
from tests.support.migrations import Colour, create, declare
from tests.support.sql import new_database, run_sql


async def error_of(url: str, metadata: MetaData) -> str | None:
    database = open_database(url)
    try:
        return await schema_error(database, metadata.tables.values())
    finally:
        await database.close()


async def test_the_check_of_the_schema_finds_tables_in_another_schema(server_url: str) -> None:
    url = new_database(server_url, "another-schema")
    metadata = declare(schema="Other", x=Colour)
    create(url, metadata)
    migrate(url)
    assert await error_of(url, metadata) is None
    run_sql(url, 'ALTER TABLE "Other".parcel DROP COLUMN x')
    assert str(await error_of(url, metadata)).startswith("The database has no parcel.x, or the role may not")


async def test_a_role_without_a_right_to_another_schema_is_told(server_url: str) -> None:
    url = new_database(server_url, "forbidden-schema")
    metadata = declare(schema="Other", x=Colour)
    create(url, metadata)
    migrate(url)
    run_sql(url, "CREATE ROLE stranger LOGIN; GRANT SELECT ON alembic_version TO stranger")
    error = await error_of(url.replace("postgres@", "stranger@"), metadata)
    assert error == (
        "The role may not read the schema (permission denied for schema Other): GRANT SELECT on "
        "alembic_version, and USAGE on the schemas of the tables."
    )
