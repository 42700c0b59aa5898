"""The dialect of PostgreSQL without a driver, and the names that it gives to constraints."""

from sqlalchemy import Constraint, Dialect, Index, make_url

DIALECT: Dialect = make_url("postgresql://").get_dialect()()

MAX_NAME_BYTES = 63
"""The maximum length of a name in PostgreSQL."""


def stored_name(constraint: Constraint | Index) -> str:
    """Return the name of a constraint or an index in PostgreSQL, which may be truncated."""
    preparer = DIALECT.identifier_preparer
    name: str | None
    if isinstance(constraint, Index):
        name = preparer.format_index(constraint)
    else:
        name = preparer.format_constraint(constraint)
    return str(name).strip('"').encode()[:MAX_NAME_BYTES].decode(errors="ignore")
