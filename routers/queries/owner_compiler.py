"""Compile SQL of custom routes so that it reads one owner's rows only.

The compiler replaces each owned table, wherever it occurs in a FROM clause, by the owner's part of it:
`task` becomes `(SELECT * FROM task WHERE owner_id = :owner) AS task`. As it does so where SQLAlchemy writes
the name of a table, no kind of statement can bypass it: joins, aliases, subqueries, CTEs and relationships
all end there. PostgreSQL merges such a subquery into the statement, so the plan is that of a condition in
WHERE. What could name a table without being a table of SQLAlchemy is rejected: SQL text, first of all.
"""

import re
from typing import Any, NoReturn

from sqlalchemy import BindParameter, Executable, SelectBase, Table, TableClause
from sqlalchemy.dialects.postgresql.base import PGTypeCompiler
from sqlalchemy.dialects.postgresql.psycopg import (
    PGCompiler_psycopg,
    PGDialect_psycopg,
    PGIdentifierPreparer_psycopg,
)
from sqlalchemy.sql.visitors import iterate

from routers.queries.ownership import OWNER, OwnerParameter
from routers.queries.sql_functions import is_safe
from routers.tables.rows import OwnedRow, declared_model

_MARK = "routers.generated"
_GENERATED = object()

_OWNED_ROWS = "(SELECT * FROM {} WHERE owner_id = {})"

_LITERAL = re.compile(r"\*|B?'(?:[^']|'')*'|[0-9]+|true|\(xmax = 0\)")
"""Text in generated SQL: `count(*)`, constants as in `LIKE '%' || x` and in sort keys, and `put`."""

_OPERATOR = re.compile(r"(?!.*(?:--|/\*))[-+*/<>=~!@#%^&|`?]{1,63}")
"""An operator of PostgreSQL; `--` and `/*` would begin a comment."""

_TYPE = re.compile(r"""(?:[\w .\[\]]|\([\w, ]*\)|"[^"]*")*""")
_WORD = re.compile(r"[A-Za-z_]{1,63}")


def generated(statement: Any) -> Any:
    """Mark an INSERT, UPDATE or DELETE of the generator, which has the owner already."""
    return statement.execution_options(**{_MARK: _GENERATED})


class _Preparer(PGIdentifierPreparer_psycopg):
    """Writes names, quoted where necessary."""

    def quote(self, ident: str) -> str:
        """Quote a name, even a `quoted_name` that asks not to be."""
        return str(super().quote(str(ident)))


def _checked_operator(method: str) -> Any:
    """Return a method of the compiler that writes an operator only if it is one."""

    def visit(self: Any, element: Any, operator: Any, **options: Any) -> str:
        if not _OPERATOR.fullmatch(operator.opstring):
            _reject_text(operator.opstring)
        return str(getattr(super(_Compiler, self), method)(element, operator, **options))

    return visit


class _Compiler(PGCompiler_psycopg):
    """Writes SQL in which each owned table is the part of one owner."""

    def visit_table(self, *tables: Any, **options: Any) -> str:
        (table,) = tables
        alias = str(self.preparer.quote(table.name))
        if not options.get("asfrom"):
            return alias if options.get("ashint") else ""
        model = declared_model(table) if isinstance(table, Table) else None
        if model is None:
            _reject(f"{table.name} is the table of no OwnedRow or PublicRow: declare a model of it.")
        rows = ".".join(self.preparer.quote(name) for name in (table.schema, table.name) if name)
        if options.get("iscrud"):
            return rows
        if issubclass(model, OwnedRow):
            rows = _OWNED_ROWS.format(rows, self.process(OWNER))
        enclosing_alias = options.get("enclosing_alias")
        ambiguous = options.get("ambiguous_table_name_map") or {}
        if not table.schema and table.name in ambiguous:
            alias = self.preparer.quote(self._truncated_identifier("alias", ambiguous[table.name]))
        has_alias = enclosing_alias is not None and enclosing_alias.element is table
        return rows if has_alias else f"{rows} AS {alias}"

    def visit_column(self, column: Any, *arguments: Any, **options: Any) -> str:
        if column.is_literal and not _LITERAL.fullmatch(column.name):
            _reject_text(column)
        table = column.table
        if isinstance(table, TableClause) and column.key not in table.c:
            _reject(f"{table.name} has no column {column.name}.")  # it could be a function of the row
        text = str(super().visit_column(column, *arguments, **options))
        schema = getattr(table, "schema", None)
        # The alias of a subquery has no schema.
        return text.removeprefix(f"{self.preparer.quote_schema(schema)}.") if schema else text

    def visit_bindparam(self, bindparam: Any, *arguments: Any, **options: Any) -> str:
        if bindparam.key == OWNER.key and not isinstance(bindparam, OwnerParameter):
            _reject(f"The name of the parameter {bindparam.key} is reserved: use another one.")
        return str(super().visit_bindparam(bindparam, *arguments, **options))

    def visit_function(self, func: Any, *arguments: Any, **options: Any) -> str:
        if not is_safe(func.name, func.packagenames):
            _reject(
                f"{func.name} is not known as a function that only computes: if it does, call "
                f'allow_functions("{func.name}").'
            )
        return str(super().visit_function(func, *arguments, **options))

    def visit_extract(self, extract: Any, **options: Any) -> str:
        if not _WORD.fullmatch(extract.field):
            _reject_text(extract.field)
        return str(super().visit_extract(extract, **options))

    visit_custom_op_binary = _checked_operator("visit_custom_op_binary")
    visit_custom_op_unary_operator = _checked_operator("visit_custom_op_unary_operator")
    visit_custom_op_unary_modifier = _checked_operator("visit_custom_op_unary_modifier")

    def visit_insert(self, insert_stmt: Any, *arguments: Any, **options: Any) -> str:
        if not _is_generated(insert_stmt):
            _reject("An INSERT cannot be part of a statement: use rows.create or rows.create_many.")
        return str(super().visit_insert(insert_stmt, *arguments, **options))

    def visit_update(self, update_stmt: Any, *arguments: Any, **options: Any) -> str:
        if not _is_generated(update_stmt):
            _reject("An UPDATE cannot be part of a statement: use rows.update or rows.update_where.")
        return str(super().visit_update(update_stmt, *arguments, **options))

    def visit_delete(self, delete_stmt: Any, *arguments: Any, **options: Any) -> str:
        if not _is_generated(delete_stmt):
            _reject("A DELETE cannot be part of a statement: use rows.delete or rows.delete_where.")
        return str(super().visit_delete(delete_stmt, *arguments, **options))

    def returning_clause(self, stmt: Any, *arguments: Any, **options: Any) -> str:
        # Otherwise a subquery in the RETURNING of an INSERT would not refer to the inserted row.
        entry = self.stack[-1]
        entry["correlate_froms"] = entry["asfrom_froms"] = {*entry["correlate_froms"], stmt.table}
        return str(super().returning_clause(stmt, *arguments, **options))

    def visit_textclause(self, *elements: Any, **_: Any) -> NoReturn:
        _reject_text(*elements)

    visit_tstring = visit_textclause

    def visit_tablesample(self, *_: Any, **__: Any) -> NoReturn:
        _reject("TABLESAMPLE reads rows of all owners: use ORDER BY random() with a LIMIT.")

    def get_select_hint_text(self, byfroms: Any) -> NoReturn:
        _reject_text(" ".join(byfroms.values()) or "with_hint")

    def get_statement_hint_text(self, hint_texts: Any) -> NoReturn:
        _reject_text(hint_texts[0])


class _TypeCompiler(PGTypeCompiler):
    """Writes types, whose parts SQLAlchemy does not quote."""

    def process(self, type_: Any, **options: Any) -> str:
        text = str(super().process(type_, **options))
        if not _TYPE.fullmatch(text):
            _reject_text(text)
        return text


class _Dialect(PGDialect_psycopg):
    type_compiler_cls = _TypeCompiler
    preparer = _Preparer
    statement_compiler = _Compiler
    supports_statement_cache = True


_make_dialect: Any = _Dialect
OWNER_DIALECT = _make_dialect(dbapi=_make_dialect.import_dbapi(), paramstyle="numeric_dollar")
"""The dialect that reads one owner's rows only: `statement.compile(dialect=OWNER_DIALECT)`."""


def use_owner_compiler(dialect: Any) -> None:
    """Have the dialect of an engine read one owner's rows only."""
    dialect.statement_compiler = _Compiler
    dialect.identifier_preparer = _Preparer(dialect)


def check_constructs(statement: Any) -> None:
    """Check the parts of an expression or a statement of a custom route.

    Raises:
        TypeError: a part has a compiler of its own, or is a parameter without its value.
    """
    for element in iterate(statement):
        if isinstance(element, BindParameter) and not element.unique:
            _reject(f"The parameter {element.key} has a name: write its value into the expression instead.")
        if hasattr(element, "_compiler_dispatcher"):
            _reject(f"{type(element).__name__} has its own compiler: use the constructs of SQLAlchemy.")


def check_select(statement: Any) -> None:
    """Check that a statement is a SELECT whose result is its columns.

    Raises:
        TypeError: it is not.
    """
    if not isinstance(statement, SelectBase):
        _reject(f"{type(statement).__name__} is no SELECT: use the methods of the scope that write.")
    if getattr(statement, "_with_options", ()):
        _reject("Loader options have no effect here: select the columns that you need.")


def _is_generated(statement: Executable) -> bool:
    return statement.get_execution_options().get(_MARK) is _GENERATED


def _reject_text(text: Any) -> NoReturn:
    _reject(f"{str(text)[:50]!r} is SQL text, which could read rows of other owners: use expressions.")


def _reject(message: str) -> NoReturn:
    raise TypeError(message)
