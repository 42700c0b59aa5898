"""JSON merge patches (RFC 7396) inside of JSON columns, as one SQL expression."""

import json
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

# The text is the same for all patches: `steps` has a row for each object of the patch, and `target` walks
# down to the stored value of each. The merged text has the members that the patch sets, and behind them
# those of the stored object that the patch does not mention. So the effort is linear in the size of both.
# `|| '{}'` decompresses a large value once, instead of at each step.
_MERGED = """(
WITH RECURSIVE step AS MATERIALIZED (
SELECT * FROM jsonb_to_recordset({steps})
AS step(node int, parent int, name text, mentioned jsonb, place int, written text, separator text)
), target(node, stored) AS (
SELECT 0, {stored} || '{{}}'
UNION ALL
SELECT step.node, target.stored -> step.name FROM target JOIN step ON step.parent = target.node
)
SELECT string_agg(concat(step.written, step.separator || rest.members, '}}'), '' ORDER BY step.place)::jsonb
FROM step JOIN target USING (node) CROSS JOIN LATERAL (
SELECT string_agg(concat(to_json(member.key), ':', member.value), ',') AS members
FROM jsonb_each(CASE WHEN jsonb_typeof(target.stored) = 'object' THEN target.stored ELSE '{{}}' END) AS member
WHERE NOT step.mentioned ? member.key
) AS rest)"""


class MergedObject(FunctionElement[Any]):
    """A JSON value after a merge patch, which is a parameter with `merge_steps`."""

    type = JSONB(none_as_null=True)
    inherit_cache = True


@compiles(MergedObject)
def _write(element: MergedObject, compiler: Any, **options: Any) -> str:
    stored, steps = (compiler.process(each, **options) for each in element.clauses)
    return _MERGED.format(stored=stored, steps=steps)


def merged(
    column: ColumnElement[Any], is_row: Iterable[ColumnElement[bool]], steps: ColumnElement[Any]
) -> MergedObject:
    """Return the value of a column of one row after a merge patch.

    It reads the latest value, which no other request can change until the end. When an UPDATE has waited for
    another one, PostgreSQL computes its expressions again from the latest row, except for CTEs, which keep
    their first result.
    """
    stored = select(column).where(*is_row).with_for_update(key_share=True)
    return MergedObject(stored.correlate(None).scalar_subquery(), steps)


def merge_steps(patch: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a merge patch as the rows for `MergedObject`: one for each object in it, inner ones first."""
    steps: list[dict[str, Any]] = []
    written: list[str] = []
    nodes = count()

    def add(members: Mapping[str, Any], name: str | None, parent: int | None) -> None:
        node, separator = next(nodes), ""
        written.append("{")
        for member, value in members.items():
            if value is None:
                continue
            written.append(f"{separator}{_text(member)}:")
            separator = ","
            if isinstance(value, dict):
                add(value, member, node)
            else:
                written.append(_text(value))
        steps.append(
            {
                "node": node,
                "parent": parent,
                "name": name,
                "mentioned": dict.fromkeys(members),
                "place": len(steps),
                "written": "".join(written),
                "separator": separator,
            }
        )
        written.clear()

    add(patch, None, None)
    return steps


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
