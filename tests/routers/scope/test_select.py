"""A SELECT of a custom route reads the rows of one owner, whatever its construction."""

from collections.abc import AsyncIterator, Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Float, bindparam, func, literal, select
from sqlalchemy.dialects.postgresql.psycopg import PGCompiler_psycopg
from sqlmodel import col

from routers import Database, OwnerId, ReadScope, Scope, UnitOfWork, allow_functions
from routers.database.statement import CompiledStatement
from routers.queries import sql_functions
from routers.queries.owner_compiler import OWNER_DIALECT, check_constructs, check_select
from routers.scope import owner_statements
from tests.routers.scope.rejected_statements import REJECTED
from tests.routers.scope.select_statements import AMOUNT, LEDGER, NAME, SELECTS, TEXT
from tests.support.databases import new_pool
from tests.support.ledgers import (
    ANN,
    BOB,
    Currency,
    Entry,
    EntryRead,
    Ledger,
    create_ledgers,
    currencies,
    entries,
    row_id,
)
from tests.support.sql import new_database
from tests.support.wire import Wire, wire_to

Reader = Scope[EntryRead]


@pytest.fixture(scope="module")
async def wire(server_url: str) -> AsyncIterator[Wire]:
    url = new_database(server_url, "ledgers_of_two_owners")
    create_ledgers(url, ANN, BOB)
    async with wire_to(url) as wire:
        yield wire


@pytest.fixture(scope="module")
async def database(wire: Wire) -> AsyncIterator[Database]:
    database = new_pool(wire.url)
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def lonely_database(server_url: str) -> AsyncIterator[Database]:
    """A database that differs only in that the other owner has no rows."""
    url = new_database(server_url, "ledgers_of_one_owner")
    create_ledgers(url, ANN)
    database = new_pool(url)
    yield database
    await database.close()


@pytest.fixture
def rows(database: Database) -> Reader:
    return Scope(entries, OwnerId(ANN), UnitOfWork(database))


@pytest.fixture
def lonely(lonely_database: Database) -> Reader:
    return Scope(entries, OwnerId(ANN), UnitOfWork(lonely_database))


async def selected(rows: Reader, statement: Any) -> list[str]:
    return sorted(map(str, await rows.select(statement)))


@pytest.mark.parametrize("build", SELECTS.values(), ids=SELECTS)
async def test_a_select_returns_what_it_would_without_other_owners(
    rows: Reader, lonely: Reader, build: Callable[[], Any]
) -> None:
    result = await selected(rows, build())
    assert result == await selected(lonely, build())
    assert result == await selected(rows, build())  # from the cache


@pytest.mark.parametrize("build", SELECTS.values(), ids=SELECTS)
async def test_the_same_select_without_a_scope_reads_rows_of_others(
    database: Database, lonely_database: Database, build: Callable[[], Any]
) -> None:
    results = [await each.fetch(build(), {}) for each in (database, lonely_database)]
    assert sorted(map(str, results[0])) != sorted(map(str, results[1]))


@pytest.mark.parametrize("build", SELECTS.values(), ids=SELECTS)
async def test_a_select_takes_one_statement_in_one_round_trip(
    rows: Reader, wire: Wire, build: Callable[[], Any]
) -> None:
    await rows.get(row_id(1))  # a connection
    wire.reset()
    await rows.select(build())
    assert (wire.trips, len(wire.statements)) == (1, 1)


@pytest.mark.parametrize(("message", "build"), REJECTED.values(), ids=REJECTED)
async def test_a_statement_that_could_read_rows_of_others_is_rejected(
    rows: Reader, wire: Wire, message: str, build: Callable[[], Any]
) -> None:
    wire.reset()
    with pytest.raises(TypeError, match=message):
        await rows.select(build())
    assert wire.statements == []


COMPILER = OWNER_DIALECT.statement_compiler


@pytest.fixture
def mutate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Return a function that replaces methods of the compiler."""

    def replace_methods(**methods: Any) -> None:
        monkeypatch.setattr(OWNER_DIALECT, "statement_compiler", type("Mutant", (COMPILER,), methods))
        owner_statements._compile_once.cache_clear()  # noqa: SLF001

    yield replace_methods
    owner_statements._compile_once.cache_clear()  # noqa: SLF001


def narrow_if(condition: Callable[[Any, dict[str, Any]], bool]) -> Callable[..., str]:
    """Return a `visit_table` that narrows only some of the tables."""

    def visit_table(self: Any, table: Any, **options: Any) -> str:
        compiler = COMPILER if condition(self, options) else PGCompiler_psycopg
        return str(compiler.visit_table(self, table, **options))

    return visit_table


NARROWING_MUTANTS: dict[str, Callable[[Any, dict[str, Any]], bool]] = {
    "no table": lambda *_: False,
    "no table with an alias": lambda _, options: options.get("enclosing_alias") is None,
    "no table without an alias": lambda _, options: options.get("enclosing_alias") is not None,
    "only tables of the outermost SELECT": lambda compiler, _: len(compiler.stack) <= 1,
    "only tables of subqueries": lambda compiler, _: len(compiler.stack) > 1,
    "only the first table": lambda compiler, _: "scope_owner" not in compiler.binds,
    "no table in a LATERAL": lambda _, options: "enclosing_lateral" not in options,
}


@pytest.mark.parametrize("condition", NARROWING_MUTANTS.values(), ids=NARROWING_MUTANTS)
async def test_a_compiler_that_misses_a_table_is_detected(
    rows: Reader,
    lonely: Reader,
    mutate: Callable[..., None],
    condition: Callable[[Any, dict[str, Any]], bool],
) -> None:
    mutate(visit_table=narrow_if(condition))
    leaks = [
        name
        for name, build in SELECTS.items()
        if await selected(rows, build()) != await selected(lonely, build())
    ]
    assert leaks


REJECTING = sorted(
    name
    for name in vars(COMPILER)
    if name.startswith(("visit_", "get_")) and name not in {"visit_table", "visit_tstring"}
)


def is_rejected(message: str, statement: Any) -> bool:
    try:
        check_select(statement)
        check_constructs(statement)
        CompiledStatement(statement, OWNER_DIALECT)
    except TypeError as error:
        return message in str(error)
    return False


@pytest.mark.parametrize("method", REJECTING)
def test_a_compiler_that_does_not_reject_a_statement_is_detected(
    mutate: Callable[..., None], method: str
) -> None:
    assert all(is_rejected(message, build()) for message, build in REJECTED.values())
    mutate(**{method: getattr(PGCompiler_psycopg, method)})
    assert not all(is_rejected(message, build()) for message, build in REJECTED.values())


async def test_the_owner_cannot_be_replaced_by_a_parameter_of_that_name(rows: Reader) -> None:
    spoofed = bindparam("scope_owner", BOB) == TEXT
    with pytest.raises(TypeError, match="has a name"):
        await rows.delete_where(spoofed)
    with pytest.raises(TypeError, match="has a name"):
        await rows.list(spoofed)


async def test_the_result_has_rows_with_names(rows: Reader) -> None:
    totals = (
        select(NAME, func.sum(AMOUNT).label("total")).join(Entry, col(Ledger.id) == LEDGER).group_by(NAME)
    )
    result = await rows.select(totals.order_by(NAME))
    assert [(row.name, row.total) for row in result] == [("ann 1", 6), ("ann 2", 15)]
    assert (await rows.select(select(func.count()).select_from(Entry))).scalar_one() == 6
    assert (await rows.select(select(TEXT).where(AMOUNT > 99))).all() == []


async def test_numbers_have_the_type_of_their_expression(rows: Reader) -> None:
    median = func.percentile_cont(0.5).within_group(AMOUNT)
    numbers = select(median, func.avg(AMOUNT, type_=Float), func.max(AMOUNT), func.max(AMOUNT) * 1.5)
    row = (await rows.select(numbers)).one()
    assert list(map(type, row)) == [Decimal, float, Decimal, Decimal]
    assert tuple(row) == (Decimal("3.5"), 3.5, Decimal(6), Decimal(9))


async def test_equal_statements_keep_their_own_values(rows: Reader) -> None:
    for amount in (1, 2, 3):
        statement = select(TEXT).where(
            amount == AMOUNT, col(Entry.id).in_([row_id(n) for n in range(amount + 1)])
        )
        assert (await rows.select(statement)).scalars().all() == [f"ann {amount}"]


async def test_a_select_is_part_of_a_transaction(rows: Reader) -> None:
    count = select(func.count()).select_from(Entry).where(TEXT.in_(["new", "newer"]))
    with pytest.raises(ZeroDivisionError):
        async with rows.transaction():
            await rows.create(text="new", amount=1, ledger_id=row_id(1))
            assert (await rows.select(count)).scalar_one() == 1
            _ = 1 / 0
    assert (await rows.select(count)).scalar_one() == 0


async def test_a_public_operation_selects_from_public_tables_only(database: Database) -> None:
    rows = ReadScope(currencies, None, UnitOfWork(database))
    assert (await rows.select(select(col(Currency.code)))).scalars().all() == ["EUR"]
    with pytest.raises(TypeError, match="public, so it has no owner"):
        await rows.select(select(TEXT))


async def test_a_function_can_be_allowed(rows: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_functions, "_SAFE", set(sql_functions._SAFE))  # noqa: SLF001
    statement = select(func.pg_column_size(literal("x")))
    with pytest.raises(TypeError, match=r'allow_functions\("pg_column_size"\)'):
        await rows.select(statement)
    allow_functions("PG_column_size")
    assert (await rows.select(statement)).scalar_one() > 0
