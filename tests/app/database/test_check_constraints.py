"""`make migration` detects CHECK constraints that are added, removed or changed, in both directions."""

from decimal import Decimal
from enum import IntEnum
from typing import Literal

import pytest
from alembic.util import CommandError as AlembicError
from sqlalchemy import MetaData
from sqlmodel import Field

from tests.support.migrations import NOTHING, Colour, MoreColours, apply, create, declare, generate, own, text
from tests.support.sql import run_sql

LONG = "a_name_that_is_longer_than_the_sixty_three_bytes_of_postgresql"

CHANGES: dict[str, tuple[MetaData, MetaData]] = {
    "a new value of an enum, which is longer": (declare(x=Colour), declare(x=MoreColours)),
    "an optional enum": (declare(x=Colour | None), declare(x=MoreColours | None)),
    "a new column with an enum": (declare(), declare(x=Colour | None)),
    "a literal of texts": (declare(x=Literal["a", "b'"]), declare(x=Literal["a", "long%"])),
    "a literal of integers": (declare(x=Literal[1, 2]), declare(x=Literal[1, 3])),
    "an enum of integers": (declare(x=IntEnum("Few", "A B")), declare(x=IntEnum("Many", "A B C"))),
    "a multiple": (
        declare(x=(Decimal, Field(multiple_of=0.05, max_digits=9, decimal_places=2))),
        declare(x=(Decimal, Field(multiple_of=25, lt=100, max_digits=9, decimal_places=2))),
    ),
    "a bound": (declare(x=(int, Field(ge=0, le=9))), declare(x=(int, Field(ge=1, le=9)))),
    "a new bound": (declare(x=int), declare(x=(int, Field(lt=10)))),
    "a pattern": (
        declare(x=text(schema_extra={"pattern": "^[a-z]*$"})),
        declare(x=text(schema_extra={"pattern": r"""^[a-z'"%:\\]*%s:name\\:x::y$"""})),
    ),
    "a minimum length": (declare(x=text(min_length=1)), declare(x=text(min_length=2))),
    "a maximum length, with a pattern": (
        declare(x=(str, Field(min_length=1, max_length=10))),
        declare(x=(str, Field(min_length=1, max_length=20))),
    ),
    "a type": (
        declare(x=(int, Field(ge=0))),
        declare(x=(Decimal, Field(ge=0, max_digits=9, decimal_places=2))),
    ),
    "a JSON type": (declare(x=dict[str, int]), declare(x=list[int])),
    "an own constraint": (
        declare(constraints=own("x < y"), x=int, y=int),
        declare(constraints=own("x <= y"), x=int, y=int),
    ),
    "an own constraint with a literal": (
        declare(constraints=own("x <> 'a%'"), x=text()),
        declare(constraints=own(r"x <> '100 %\:c' AND length(x) % 2 = 0"), x=text()),
    ),
    "a constraint of a column": (
        declare(x=(int, Field(sa_column_args=own("x < 9")))),
        declare(x=(int, Field(sa_column_args=own("x < 99")))),
    ),
    "a new own constraint": (declare(x=int, y=int), declare(constraints=own("x + y < 10"), x=int, y=int)),
    "a long name": (
        declare(constraints=own("x < 1", LONG), table=LONG[:40], x=int),
        declare(constraints=own("x < 2", LONG), table=LONG[:40], x=int),
    ),
    "a name that is longer in bytes than in characters": (
        declare(constraints=own("x < 1", "ä" * 40), x=int),
        declare(constraints=own("x < 2", "ä" * 40), x=int),
    ),
    "a table in another schema": (
        declare(schema="Other", x=Colour),
        declare(schema="Other", x=MoreColours),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_constraint_is_migrated_up_and_down(url: str, change: str) -> None:
    before, after = CHANGES[change]
    create(url, before)
    assert generate(url, before) == NOTHING
    migration = generate(url, after)
    assert "create_check_constraint" in str(migration)
    apply(url, migration.upgrade, after)
    assert generate(url, after) == NOTHING
    apply(url, migration.downgrade, before)
    assert generate(url, before) == NOTHING


@pytest.mark.parametrize("change", CHANGES)
def test_a_table_is_created_and_dropped_with_its_constraints(url: str, change: str) -> None:
    _, metadata = CHANGES[change]
    create(url, metadata)
    assert generate(url, metadata) == NOTHING
    migration = generate(url, MetaData())
    apply(url, migration.upgrade, metadata)
    apply(url, migration.downgrade, metadata)
    assert generate(url, metadata) == NOTHING


def test_a_restored_dump_has_the_same_constraints(url: str) -> None:
    metadata = declare(x=Colour, y=(int, Field(ge=0)))
    create(url, metadata)
    constraints = run_sql(
        url,
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = 'parcel'::regclass AND contype = 'c'",
    )
    for name, definition in constraints:  # as pg_restore does
        run_sql(url, f"ALTER TABLE parcel DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {definition}")
    assert run_sql(
        url, "SELECT count(*) FROM pg_constraint WHERE conrelid = 'parcel'::regclass AND contype = 'c'"
    ) == [(2,)]
    assert generate(url, metadata) == NOTHING


def test_a_constraint_that_postgresql_rejects_is_named(url: str) -> None:
    before, after = declare(x=int), declare(x=int, constraints=own("y > 1"))
    create(url, before)
    with pytest.raises(AlembicError) as error:
        generate(url, after)
    assert str(error.value) == (
        'PostgreSQL rejects a CHECK constraint of the table parcel: column "y" does not exist.'
    )
