"""The errors of connections and statements, as sentences that say how to fix them."""

import contextlib
import re
from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app import CommandError
from routers import Database, Unavailable

# libpq reports most failures to connect without an SQLSTATE, so its texts are compared.
_CONNECTION_ERRORS = (
    (r"password authentication failed|no password supplied|role .* (does not exist|is not permitted)",
     "it rejects the user or the password: correct them, with special characters percent-encoded"),
    (r"database .* does not exist", "it has no such database: create it, or correct the name"),
    (r"translate host name|resolve host", "its host name is unknown: correct it, or check the DNS"),
    (r"refused|No such file or directory",
     "connection refused: start the server, or correct host and port"),
    (r"too many (clients|connections)|connection slots|connection limit",
     "it has no connection left: close others, or raise max_connections or the CONNECTION LIMIT"),
    (r"does not support SSL", "it does not support SSL: set sslmode=disable, in a trusted network only"),
    (r"insecure|SSL connection is required", "it requires SSL: add sslmode=require"),
    (r"certificate", "its certificate cannot be verified: correct sslmode or sslrootcert"),
    (r"pg_hba\.conf", "it does not admit this user: add sslmode=require, or a line to its pg_hba.conf"),
    (r"(starting up|shutting down|recovery)", "it is starting or stopping: try again"),
)  # fmt: skip

_READ_ONLY = "The database is read-only: use its primary server, or set default_transaction_read_only to off"
_STATEMENT_ERRORS = {
    "25006": _READ_ONLY,
    "3F000": "The role may not use the schema public: GRANT USAGE, CREATE ON SCHEMA public to it",
    "42501": (
        "The role of the database has too few rights: to migrate, it must own the tables and have CREATE and "
        "USAGE on the schema; to serve, it needs SELECT, INSERT, UPDATE and DELETE on the tables"
    ),
    "53100": "The disk of the database is full: free some space",
    "53200": "The database is out of memory: try again",
}


@contextlib.contextmanager
def explained_errors(setting: str = "DATABASE_URL") -> Iterator[None]:
    """Explain errors of the database in the block; `setting` is the one that contains its URL.

    Raises:
        CommandError: the database cannot be reached, or rejects a statement for a reason outside of it.
    """
    try:
        yield
    except (DBAPIError, Unavailable) as error:
        cause = error if isinstance(error, DBAPIError) else error.__cause__
        driver_error = getattr(cause, "orig", cause)
        state = getattr(driver_error, "sqlstate", None) or getattr(driver_error, "pgcode", None)
        if sentence := _STATEMENT_ERRORS.get(state or ""):
            raise CommandError(f"{sentence} ({message_of(driver_error)}).") from error
        if isinstance(error, DBAPIError) and state and not state.startswith(("08", "28", "3D", "53", "57")):
            raise
        raise CommandError(
            f"Cannot connect to the database at {setting}: {_connection_error(str(driver_error))}."
        ) from error


async def check_writable(database: Database) -> None:
    """Check that statements can write.

    Raises:
        CommandError: the database is read-only.
    """
    if await database.fetch(text("SELECT WHERE current_setting('transaction_read_only')::boolean"), {}):
        raise CommandError(f"{_READ_ONLY}.")


def _connection_error(message: str) -> str:
    for pattern, sentence in _CONNECTION_ERRORS:
        if re.search(pattern, message):
            return sentence
    reason = re.search(r"(?:FATAL|ERROR): +(.*)", message)
    return reason[1].rstrip(".") if reason else "it does not respond: check host, port and firewall"


def message_of(error: BaseException | None) -> str:
    """Return the message of an error of a driver; the name of the error if the message quotes a value."""
    diagnosis = getattr(error, "diag", None)
    message = str(getattr(diagnosis, "message_primary", None) or error).strip()
    has_value = (getattr(diagnosis, "sqlstate", None) or "").startswith("22") and '"' in message
    return type(error).__name__ if has_value else message
