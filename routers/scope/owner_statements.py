"""Statements with SQL of custom routes, each compiled once for all values in it."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable

from routers.database.statement import CompiledStatement
from routers.queries.expressions import Expressions
from routers.queries.owner_compiler import OWNER_DIALECT, check_constructs

CACHE_SIZE = 512
"""Maximum number of cached compiled statements."""


@dataclass(frozen=True)
class _Source:
    """How to build a statement; equal keys stand for equal statements."""

    key: Hashable
    clauses: Sequence[Any] = field(compare=False)
    build: Callable[[], Executable] = field(compare=False)
    names: Sequence[str] = field(compare=False)


def compile_for_owner(
    key: Hashable, clauses: Sequence[Any], build: Callable[[], Executable]
) -> tuple[CompiledStatement, dict[str, Any]]:
    """Return the statement that `build` makes of SQL expressions, and the values in the expressions.

    The statement reads rows of one owner only. It is compiled once for equal keys and expressions.

    Raises:
        TypeError: an expression could reach rows of other owners.
    """
    expressions = Expressions(clauses)
    if expressions.key is not None:
        compiled, names = _compile_once(_Source((key, expressions.key), clauses, build, expressions.names))
        if compiled.names.issuperset(names):
            return compiled, expressions.values(names)
    # The cache key or the compiled statement does not have all values, so they are compiled into it.
    return _compile(clauses, build), {}


@lru_cache(CACHE_SIZE)
def _compile_once(source: _Source) -> tuple[CompiledStatement, Sequence[str]]:
    return _compile(source.clauses, source.build), source.names


@lru_cache(CACHE_SIZE)
def compile_generated(statement: Executable) -> CompiledStatement:
    """Compile a statement of the generator with derived members, whose subqueries read rows of one owner."""
    return CompiledStatement(statement, OWNER_DIALECT)


def _compile(clauses: Sequence[Any], build: Callable[[], Executable]) -> CompiledStatement:
    for clause in clauses:
        check_constructs(clause)
    return CompiledStatement(build(), OWNER_DIALECT)
