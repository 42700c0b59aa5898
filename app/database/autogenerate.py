"""How Alembic compares the models with the database, and writes the differences into a migration."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from alembic.autogenerate import Rewriter, renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import CreateCheckConstraintOp, CreateForeignKeyOp, ExecuteSQLOp, MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, ClauseElement, Dialect, Enum, MetaData, TypeDecorator, inspect

from app.database import check_constraints, exclusion_constraints
from app.database.conditions import sql_text

NO_DIFFERENCES = (
    "The models and the database do not differ, so the migration is empty: write it, or delete it."
)


def autogenerate_options(metadata: MetaData) -> dict[str, Any]:
    """Return the options of `context.configure` that compare the database with these tables."""
    schemas = {table.schema for table in metadata.tables.values()}

    def include_name(name: str | None, kind: str, _parents: Mapping[str, str | None]) -> bool:
        return kind != "schema" or name is None or name in schemas

    return {
        "target_metadata": metadata,
        "include_schemas": True,
        "include_name": include_name,
        "compare_server_default": True,
        "autogenerate_plugins": [
            "alembic.autogenerate.*",
            check_constraints.PLUGIN,
            exclusion_constraints.PLUGIN,
        ],
        "render_item": _render_item,
        "process_revision_directives": _rewriter.chain(_complete_scripts),
    }


def _render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Render a type as the type of the column in the database, and a condition exactly."""
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    if isinstance(item, CheckConstraint):
        return (
            f"sa.CheckConstraint({_condition(item.sqltext, context.dialect)}, name=op.f({str(item.name)!r}))"
        )
    return False


@renderers.dispatch_for(CreateCheckConstraintOp, replace=True)
def _render_check(context: AutogenContext, operation: CreateCheckConstraintOp) -> str:
    schema = {"schema": operation.schema} if operation.schema else {}
    arguments = [
        f"op.f({str(operation.constraint_name)!r})",
        repr(operation.table_name),
        _condition(operation.to_constraint().sqltext, context.dialect),
        *(f"{name}={value!r}" for name, value in {**schema, **operation.kw}.items()),
    ]
    return f"op.create_check_constraint({', '.join(arguments)})"


def _condition(condition: ClauseElement, dialect: Dialect) -> str:
    sql = sql_text(condition, dialect)
    # In a string, SQLAlchemy takes `:name` for a parameter.
    return f"sa.literal_column({sql!r})" if re.search("(?<!:):(?!:)", sql) else repr(sql)


_rewriter = Rewriter()


@_rewriter.rewrites(CreateForeignKeyOp)
def _validate_later(_context: object, _revision: object, operation: CreateForeignKeyOp) -> CreateForeignKeyOp:
    operation.kw["postgresql_not_valid"] = True
    return operation


def _complete_scripts(context: MigrationContext, _revision: object, scripts: list[MigrationScript]) -> None:
    """Create the schemas of new tables, write the message as a docstring, and report an empty migration."""
    for script in scripts:
        _create_schemas(context, script)
        if script.message is None:
            continue  # `alembic check`
        script.message = _docstring(script.message)
        if context.config and all(operations.is_empty() for operations in script.upgrade_ops_list):
            context.config.print_stdout(NO_DIFFERENCES)


def _create_schemas(context: MigrationContext, script: MigrationScript) -> None:
    if context.bind is None:
        return
    declared = {table.schema for table in context.opts["target_metadata"].tables.values()} - {None}
    quote = context.dialect.identifier_preparer.quote
    for schema in sorted(declared.difference(inspect(context.bind).get_schema_names())):
        script.upgrade_ops_list[-1].ops.insert(0, ExecuteSQLOp(f"CREATE SCHEMA {quote(schema)}"))
        script.downgrade_ops_list[-1].ops.append(ExecuteSQLOp(f"DROP SCHEMA {quote(schema)}"))


def _docstring(message: str) -> str:
    """Return a message as a sentence of a docstring, without its full stop."""
    escaped = message.replace("\\", "\\\\")
    return re.sub('"(?=")', r"\"", " ".join(escaped.split()).rstrip("."))
