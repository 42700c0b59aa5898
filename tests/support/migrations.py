"""Migrations between two versions of a model, generated and applied as the commands do."""

import ast
import contextlib
import textwrap
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic import op
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from app.database.autogenerate import autogenerate_options
from app.database.engine import driver_url
from app.database.migration_transactions import begin_migration, explained_failures, validate_constraints
from routers import OwnedRow


class Migration(NamedTuple):
    """The statements of a generated migration."""

    upgrade: list[str]
    downgrade: list[str]


NOTHING = Migration(["pass"], ["pass"])
"""The migration of a database that has everything that the models declare."""


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class MoreColours(StrEnum):
    RED = "red"
    BLUE = "blue"
    VIOLET = "violet"


def text(**rules: Any) -> Any:
    """Return a text column."""
    return (str, Field(max_length=50, **rules))


def own(condition: str, name: str = "own", **options: Any) -> tuple[sa.CheckConstraint]:
    """Return a constraint of the author's own."""
    return (sa.CheckConstraint(condition, name=name, **options),)


def declare(
    table: str = "parcel", constraints: tuple[Any, ...] = (), schema: str | None = None, **fields: Any
) -> sa.MetaData:
    """Declare an owned table, apart from all others. Each field is an annotation, or one with a `Field`."""
    own = registry(metadata=sa.MetaData(naming_convention=SQLModel.metadata.naming_convention))
    metaclass: Any = type(OwnedRow)
    base = metaclass("Base", (OwnedRow,), {"__module__": __name__}, registry=own)
    pairs = {name: each if isinstance(each, tuple) else (each, ...) for name, each in fields.items()}
    namespace = {
        "__module__": __name__,
        "__tablename__": table,
        "__table_args__": (*constraints, {"schema": schema}),
        "__annotations__": {name: annotation for name, (annotation, _) in pairs.items()},
        **{name: value for name, (_, value) in pairs.items() if value is not ...},
    }
    metaclass("Parcel", (base,), namespace, table=True)
    return own.metadata


def generate(url: str, metadata: sa.MetaData) -> Migration:
    """Compare a database with models, and return the migration."""
    with _context(url, metadata) as context:
        script = produce_migrations(context, metadata)
        context.opts["process_revision_directives"](context, (), [script])
        rendered = (
            render_python_code(each, render_item=context.opts["render_item"], migration_context=context)
            for each in (script.upgrade_ops_list[0], script.downgrade_ops_list[0])
        )
        return Migration(*map(_statements, rendered))


def create(url: str, metadata: sa.MetaData) -> None:
    """Create the tables of models."""
    apply(url, generate(url, metadata).upgrade, metadata)


def apply(url: str, statements: list[str], metadata: sa.MetaData) -> None:
    """Apply one direction of a migration."""
    change(url, statements, metadata)
    validate(url, metadata)


def change(url: str, statements: list[str], metadata: sa.MetaData) -> None:
    """Execute the statements of a migration in its transaction."""
    with _context(url, metadata) as context:
        assert context.bind is not None
        with explained_failures(), context.bind.begin(), Operations.context(context):
            begin_migration(context.bind)
            for statement in statements:
                exec(statement, {"op": op, "sa": sa, "postgresql": postgresql})  # noqa: S102 # it was generated


def validate(url: str, metadata: sa.MetaData) -> None:
    """Do what follows the transaction of a migration."""
    with _context(url, metadata) as context:
        assert context.bind is not None
        validate_constraints(context.bind, metadata)


@contextlib.contextmanager
def _context(url: str, metadata: sa.MetaData) -> Iterator[MigrationContext]:
    engine = sa.create_engine(driver_url(url, "psycopg2"), poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield MigrationContext.configure(connection, opts=autogenerate_options(metadata))


def _statements(rendered: str) -> list[str]:
    """Return the statements of a rendered function."""
    return [ast.unparse(each) for each in ast.parse(textwrap.dedent(f"    {rendered}")).body]
