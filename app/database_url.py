"""The URL of a database, validated so strictly that no error message can repeat its password."""

import re

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

# RFC 3986. A password that contains `@`, `/`, `?`, `#` or `%` must not match: parts of it would be taken for
# the host, the port or the database, and libpq repeats those.
_CHARACTERS = r"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
_HOST = rf"(?:{_CHARACTERS}*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{{1,5}})?"
_URL = re.compile(
    rf"[a-z]+://(?:{_CHARACTERS}+(?::(?:{_CHARACTERS}|:)*)?@)?{_HOST}(?:/{_CHARACTERS}*)?"
    rf"(?:\?(?:{_CHARACTERS}|[/:?])*)?"
)


PERCENT_ENCODE = (
    "is not a URL: percent-encode special characters of the user and the password, e.g. @ as %40, : as %3A, "
    "/ as %2F and % as %25"
)
UNKNOWN_PART = "has a part that PostgreSQL does not know: compare it with the original"


def validate_database_url(value: str) -> str:
    """Return a PostgreSQL URL as it is.

    Raises:
        ValueError: it is not valid; the message says how to fix it, without any part of the URL.
    """
    if "://" not in value:
        raise ValueError("must look like postgresql://user:password@host/database")
    if value.partition("://")[0] not in {"postgresql", "postgres"}:
        raise ValueError("must begin with postgresql:// (as Neon's console shows it)")
    if not _URL.fullmatch(value):
        raise ValueError(PERCENT_ENCODE)
    try:
        make_url(value)
        conninfo_to_dict(value)
    except (ArgumentError, ProgrammingError):
        raise ValueError(UNKNOWN_PART) from None
    return value
