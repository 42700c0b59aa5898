"""References between tables: foreign keys in which the owner takes part."""

from collections.abc import Iterator

from sqlalchemy import ForeignKeyConstraint, Index, MetaData, Table

from routers.tables.column_types import Relation

_WAITING = "routers.tables.foreign_keys"


def refer(table: Table, column: str, relation: Relation) -> None:
    """Make a column refer to rows of another table; that may be declared later."""
    table.info.setdefault(_WAITING, {})[column] = relation
    resolve(table.metadata)


def resolve(metadata: MetaData) -> None:
    """Turn the references whose targets are there by now into foreign keys."""
    for table in metadata.tables.values():
        waiting: dict[str, Relation] = table.info.get(_WAITING, {})
        for column, relation in list(waiting.items()):
            target = metadata.tables.get(relation.target or "")
            if target is not None:
                del waiting[column]
                _constrain(table, column, target, relation.on_delete)
        if not waiting:  # or Alembic would write it into the migration
            table.info.pop(_WAITING, None)


def _constrain(table: Table, column: str, target: Table, on_delete: str | None) -> None:
    owner = ["owner_id"] if "owner_id" in target.c else []
    key = [*owner, column]
    there = [target.c[name] for name in (*owner, "id")]
    table.append_constraint(ForeignKeyConstraint(key, there, ondelete=on_delete))
    # What asks for the rows that refer to one that goes.
    Index(None, table.c.owner_id, table.c[column])


def unresolved(table: Table) -> Iterator[str]:
    """The references of a table to tables that nobody has declared, as sentences."""
    for column, relation in table.info.get(_WAITING, {}).items():
        target = relation.target
        yield f"{column} refers to the table {target}, which no model declares: mend its name or import it."


def references(table: Table) -> dict[str, ForeignKeyConstraint]:
    """The foreign keys of a table, by the column that refers."""
    return {constraint.column_keys[-1]: constraint for constraint in _constraints(table)}


def referring(table: Table) -> list[ForeignKeyConstraint]:
    """The foreign keys of all tables that refer to rows of this one."""
    others = sorted(table.metadata.tables.items())
    return [each for _, other in others for each in _constraints(other) if each.referred_table is table]


def _constraints(table: Table) -> list[ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda constraint: constraint.column_keys[-1])
