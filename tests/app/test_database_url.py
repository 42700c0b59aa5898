"""The URL of a database."""

from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url

from app.database_url import PERCENT_ENCODE, UNKNOWN_PART, validate_database_url
from app.settings import Settings


@pytest.mark.parametrize(
    ("parameters", "names", "rest"),
    [
        ("?pgbouncer=true&connection_limit=5&schema=public", ["pgbouncer", "connection_limit", "schema"], ""),
        ("?schema=%70ublic&sslmode=require&pgbouncer", ["schema", "pgbouncer"], "?sslmode=require"),
        ("?pool_timeout=15&connect_timeout=15", ["pool_timeout"], "?connect_timeout=15"),
        ("?sslmode=require&statement_cache_size=0", ["statement_cache_size"], "?sslmode=require"),
        ("?uselibpqcompat=true&sslmode=require", ["uselibpqcompat"], "?sslmode=require"),
        ("?host=other&host=third", [], "?host=other&host=third"),
        ("?", [], ""),
    ],
)
def test_the_parameters_of_other_drivers_are_ignored_with_a_reason(
    parameters: str, names: list[str], rest: str
) -> None:
    url = "postgresql://user:secret@host/db"
    urls: dict[str, Any] = {
        "DATABASE_URL": f"{url}{parameters}",
        "DATABASE_URL_UNPOOLED": f"{url}{parameters}",
    }
    settings = Settings(**urls)
    assert (settings.database_url, settings.database_url_unpooled) == (f"{url}{rest}",) * 2
    assert settings.ignored.keys() == urls.keys()
    for ignored in settings.ignored.values():
        assert [*ignored] == names
        assert all(reason.endswith(".") for reason in ignored.values())


@given(
    password=st.text(st.sampled_from("@/#?%:[]&=+ \\\"'<>;,!$()*~^`{}|\u00e9013aF"), min_size=1, max_size=20)
)
def test_a_password_is_read_as_it_is_or_rejected_without_a_part_of_it(password: str) -> None:
    url, message = f"postgresql://user:{password}@host:5432/db?sslmode=require", ""
    try:
        validate_database_url(url)
    except ValueError as error:
        message = str(error)
    if message:
        assert message in {PERCENT_ENCODE, UNKNOWN_PART}
        url = f"postgresql://user:{quote(password, safe='')}@host:5432/db?sslmode=require"
        validate_database_url(url)
    libpq, sqlalchemy = conninfo_to_dict(url), make_url(url)
    assert (libpq["host"], libpq["port"], libpq["dbname"], libpq["user"]) == ("host", "5432", "db", "user")
    assert (sqlalchemy.host, sqlalchemy.port, sqlalchemy.database) == ("host", 5432, "db")
    assert sqlalchemy.password == libpq["password"]
    assert libpq["password"] in {password, unquote(password)}
