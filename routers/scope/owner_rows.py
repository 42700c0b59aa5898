"""All rows of one owner, for administration: to count, export and delete them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, FromClause, func, select

from routers.database.adapters import set_loaders
from routers.queries.owner_compiler import use_owner_compiler
from routers.queries.ownership import OWNER, OwnerId
from routers.resource.resource import Resource
from routers.schemas.extreme_values import finite

FETCH_SIZE = 500
"""The number of rows in memory during an export."""


class OwnerRows:
    """One owner's rows of all resources, on one connection.

    For commands of an administrator; routes use a `Scope`. As there, the owner is bound when it is created,
    and no method takes another. The caller begins and commits the transaction.
    """

    def __init__(
        self, resources: Mapping[str, Resource[Any]], owner: OwnerId, connection: Connection
    ) -> None:
        """Bind the owner. The resources have names, which results use; public ones have no owner.

        From now on, all SQL of the connection's engine is compiled for one owner.
        """
        use_owner_compiler(connection.dialect)  # for the subqueries of derived members
        driver: Any = connection.connection.driver_connection
        set_loaders(driver.adapters)
        self.owner = owner
        self.resources = {name: each for name, each in resources.items() if not each.public}
        self._connection = connection

    def read(self, name: str) -> Iterator[bytes]:
        """Yield each row of a resource, by id, as JSON in the format of responses."""
        resource = self.resources[name]
        encoder = resource.encoder
        statement, options = resource.statements.list_all, {"yield_per": FETCH_SIZE}
        for row in self._connection.execute(statement, {OWNER.key: self.owner}, execution_options=options):
            yield encoder.row(encoder.make_row([finite(v) if type(v) is float else v for v in row]))

    def count(self) -> dict[str, int]:
        """Return the number of rows in each resource."""
        return self._counts(each.statements.list_all.order_by(None).subquery() for each in self._all)

    def delete(self) -> dict[str, int]:
        """Delete the rows of all resources; return how many each had.

        One statement deletes them all, so the order of the resources does not matter: PostgreSQL checks
        foreign keys, even circular ones, at the end of a statement.
        """
        return self._counts(each.statements.delete_all.cte() for each in self._all)

    def _counts(self, rows: Iterable[FromClause]) -> dict[str, int]:
        counts = [select(func.count()).select_from(each).scalar_subquery() for each in rows]
        result = self._connection.execute(select(*counts), {OWNER.key: self.owner}).one()
        return dict(zip(self.resources, result, strict=True))

    @property
    def _all(self) -> Iterable[Resource[Any]]:
        return self.resources.values()
