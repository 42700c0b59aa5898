"""The URL of a database, validated so strictly that no error message can repeat its password."""

import re
from collections.abc import Sequence
from urllib.parse import unquote

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo
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

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,40}")
_KNOWN = frozenset(each.keyword.decode() for each in Conninfo.get_defaults())
_REPEATABLE = frozenset({"host", "port"})
_PASSWORDS = frozenset({"password", "sslpassword"})

_IGNORED = {
    "connection_limit": "TODO_POOL_SIZE limits the connections.",
    "pgbouncer": "Poolers are supported without it.",
    "pool_timeout": "The time to wait for a connection is fixed.",
    "schema": "It is the default.",
    "statement_cache_size": "Poolers are supported without it.",
    "uselibpqcompat": "It is always so.",
}
"""The parameters of other drivers that change nothing here, and why."""

_FIXES = {
    "schema": "set it for the role instead, by ALTER ROLE ... SET search_path = ...",
    "ssl": "use sslmode instead, e.g. sslmode=require",
    "sslaccept": "use sslmode=verify-full&sslrootcert=system instead of strict, else sslmode=require",
}


def validate_database_url(value: str) -> str:
    """Return a PostgreSQL URL without the parameters that are ignored.

    Raises:
        ValueError: it is not valid; the message says how to fix it, without any part of the URL but the names
            of parameters.
    """
    if "://" not in value:
        raise ValueError("must look like postgresql://user:password@host/database")
    if value.partition("://")[0] not in {"postgresql", "postgres"}:
        raise ValueError("must begin with postgresql:// (as Neon's console shows it)")
    if not _URL.fullmatch(value):
        raise ValueError(PERCENT_ENCODE)
    address, _, query = value.partition("?")
    parts = [part for part in query.split("&") if not _is_ignored(part)]
    _check_names([_name(part) for part in parts if "=" in part])
    url = "?".join(filter(None, (address, "&".join(parts))))
    try:
        make_url(url)
        conninfo_to_dict(url)
    except (ArgumentError, ProgrammingError):
        raise ValueError(UNKNOWN_PART) from None
    return url


def ignored_parameters(value: str) -> dict[str, str]:
    """Return the names of the parameters of a URL that are ignored, each with the reason."""
    names = [_name(part) for part in value.partition("?")[2].split("&") if _is_ignored(part)]
    return {name: _IGNORED[name] for name in names}


def _name(part: str) -> str:
    return unquote(part.partition("=")[0])


def _is_ignored(part: str) -> bool:
    return _name(part) in _IGNORED and (_name(part) != "schema" or unquote(part) == "schema=public")


def _check_names(names: Sequence[str]) -> None:
    for index, name in enumerate(names):
        if name in _KNOWN and (name in _REPEATABLE or name not in names[:index]):
            continue
        # After a password, a name may be the rest of it, from a `&` that is not percent-encoded.
        if not _NAME.fullmatch(name) or not _PASSWORDS.isdisjoint(names[:index]):
            raise ValueError(UNKNOWN_PART)
        if name in _KNOWN:
            raise ValueError(f"has the parameter {name} more than once: keep one")
        fix = _FIXES.get(name, "correct its name, or remove it")
        raise ValueError(f"has the parameter {name}, which PostgreSQL does not know: {fix}")
