"""Statements that `rows.select` rejects: each could read or change what the owner does not own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    Column,
    MetaData,
    Sequence,
    String,
    Table,
    bindparam,
    cast,
    column,
    delete,
    extract,
    func,
    insert,
    literal,
    literal_column,
    select,
    table,
    text,
    update,
    values,
)
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import selectinload
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import custom_op
from sqlmodel import col

from tests.routers.scope.select_statements import AMOUNT, BOOK, ENTRIES, TEXT
from tests.support.ledgers import Entry, Ledger, undeclared

LIGHTWEIGHT = table("specimen_entry", column("text"))
OTHER_METADATA = Table("specimen_entry", MetaData(), Column("text", String))


class everything(FunctionElement[str]):  # noqa: N801 # named like an SQL function
    """A construct with a compiler of its own."""

    inherit_cache = True
    type = String()


@compiles(everything)
def _compile_everything(*_: Any, **__: Any) -> str:
    return "(SELECT string_agg(text, ',') FROM specimen_entry)"


def added_cte() -> Any:
    return select(TEXT).add_cte(delete(ENTRIES).returning(ENTRIES.c.id).cte("gone"))


REJECTED: dict[str, tuple[str, Callable[[], Any]]] = {
    "a text as a statement": ("no SELECT", lambda: text("SELECT text FROM specimen_entry")),
    "a text with columns": (
        "SQL text",
        lambda: text("SELECT text FROM specimen_entry").columns(column("text")),
    ),
    "a text with columns as a subquery": (
        "SQL text",
        lambda: select(text("SELECT text FROM specimen_entry").columns(column("text")).subquery().c.text),
    ),
    "a text as a column": ("SQL text", lambda: select(text("(SELECT max(text) FROM specimen_entry)"))),
    "a text as a table": ("SQL text", lambda: select(column("text")).select_from(text("specimen_entry"))),
    "a text as a condition": ("SQL text", lambda: select(TEXT).where(text("true) OR (true"))),
    "a text as an order": ("SQL text", lambda: select(TEXT).order_by(text("1; SELECT 2"))),
    "a text as a prefix": (
        "SQL text",
        lambda: select(TEXT).prefix_with("(SELECT max(text) FROM specimen_entry),"),
    ),
    "a text as a suffix": (
        "SQL text",
        lambda: select(TEXT).suffix_with("UNION SELECT text FROM specimen_entry"),
    ),
    "a hint for a table": ("SQL text", lambda: select(TEXT).with_hint(Entry, "ONLY")),
    "a hint for a statement": (
        "SQL text",
        lambda: select(TEXT).with_statement_hint("UNION TABLE specimen_entry"),
    ),
    "a literal column": (
        "SQL text",
        lambda: select(literal_column("(SELECT max(text) FROM specimen_entry)")),
    ),
    "an operator that is SQL": (
        "SQL text",
        lambda: select(TEXT.op("IN (SELECT text FROM specimen_entry) OR")(TEXT)),
    ),
    "a prefix operator that is SQL": (
        "SQL text",
        lambda: select(UnaryExpression(AMOUNT, operator=custom_op("(TABLE x) -"))),
    ),
    "a postfix operator that is SQL": (
        "SQL text",
        lambda: select(UnaryExpression(AMOUNT, modifier=custom_op("- (TABLE x)"))),
    ),
    "a field that is SQL": (
        "SQL text",
        lambda: select(extract("year FROM now()) + (1", col(Entry.created_at))),
    ),
    "a type that is SQL": ("SQL text", lambda: select(cast(TEXT, INTERVAL(fields="second), (table x")))),
    "a value of a type that is SQL": (
        "SQL text",
        lambda: select(literal(timedelta(1), INTERVAL(fields="second), (table x"))),
    ),
    "an operator that begins a comment": (
        "SQL text",
        lambda: select(literal("x").op("/*")(column("*/ || (SELECT max(text) FROM specimen_entry) --"))),
    ),
    "an operator that comments out the rest of a line": ("SQL text", lambda: select(TEXT.op("+--")(TEXT))),
    "a type that calls a function": (
        "SQL text",
        lambda: select(cast(TEXT, INTERVAL(fields="day || ts_stat('x')"))),
    ),
    "a parameter with the name of the owner's": (
        "has a name",
        lambda: select(TEXT).where(bindparam("scope_owner", "bob") != TEXT),
    ),
    "a parameter whose value comes later": (
        "has a name",
        lambda: select(TEXT).where(bindparam("a") == AMOUNT).params(a=1),
    ),
    "a hidden parameter with the name of the owner's": (
        "is reserved",
        lambda: select(values(column("x", String), name="v").data([(bindparam("scope_owner", "bob"),)]).c.x),
    ),
    "a function of a whole row": ("has no column peek", lambda: select(column("peek", _selectable=ENTRIES))),
    "a hint for another database": ("SQL text", lambda: select(TEXT).with_hint(Entry, "USE INDEX", "mysql")),
    "a lightweight table": ("OwnedRow or PublicRow", lambda: select(LIGHTWEIGHT.c.text)),
    "a table of other metadata": ("OwnedRow or PublicRow", lambda: select(OTHER_METADATA.c.text)),
    "a table of no model": ("OwnedRow or PublicRow", lambda: select(undeclared.c.id)),
    "a subquery of a table of no model": (
        "OwnedRow or PublicRow",
        lambda: select(TEXT).where(AMOUNT.in_(select(undeclared.c.id))),
    ),
    "a function that executes SQL": (
        "query_to_xml",
        lambda: select(func.query_to_xml("SELECT 1")),
    ),
    "a function that reads a table": (
        "table_to_xml",
        lambda: select(func.table_to_xml("specimen_entry")),
    ),
    "a qualified function": (
        "query_to_xml",
        lambda: select(func.pg_catalog.query_to_xml("SELECT 1")),
    ),
    "a function in upper case": (
        "QUERY_TO_XML",
        lambda: select(func.QUERY_TO_XML("SELECT 1")),
    ),
    "a function that reads a file": ("pg_read_file", lambda: select(func.pg_read_file("/etc/passwd"))),
    "a function of an extension": ("dblink", lambda: select(func.dblink("", "SELECT 1"))),
    "a function that changes a setting": (
        "set_config",
        lambda: select(func.set_config("role", "postgres")),
    ),
    "a function of the author": ("count_all", lambda: select(func.audit.count_all())),
    "a table function": (
        "ts_stat",
        lambda: select(func.ts_stat("SELECT text FROM t").table_valued("word").c.word),
    ),
    "a sequence": ("next_value", lambda: select(Sequence("task_seq").next_value())),
    "a sample": ("TABLESAMPLE", lambda: select(ENTRIES.tablesample(10).c.text)),
    "a construct with its own compiler": ("compiler", lambda: select(everything())),
    "a construct in a condition": ("compiler", lambda: select(TEXT).where(everything() != "")),
    "an insert": ("no SELECT", lambda: insert(ENTRIES).returning(ENTRIES.c.id)),
    "an update": ("no SELECT", lambda: update(ENTRIES).values(text="x").returning(ENTRIES.c.id)),
    "a delete": ("no SELECT", lambda: delete(ENTRIES).returning(ENTRIES.c.id)),
    "an insert in a CTE": (
        "INSERT",
        lambda: select(insert(ENTRIES).values(owner_id="bob", id=None).returning(ENTRIES.c.id).cte().c.id),
    ),
    "an update in a CTE": (
        "UPDATE",
        lambda: select(update(ENTRIES).values(text="x").returning(ENTRIES.c.id).cte().c.id),
    ),
    "a delete in a CTE": ("DELETE", lambda: select(delete(ENTRIES).returning(ENTRIES.c.id).cte().c.id)),
    "a delete in a CTE without use": ("DELETE", added_cte),
    "a loader option": ("Loader options", lambda: select(Ledger).options(selectinload(BOOK.entries))),
}
