"""The books of an owner: rows of several resources, created through the API."""

from dataclasses import dataclass
from typing import Any

import httpx

EUR = "01900000-0000-7000-8000-000000000978"
USD = "01900000-0000-7000-8000-000000000840"


@dataclass(frozen=True)
class Books:
    """The rows of one owner.

    Attributes:
        client: A client of the API.
        owner: The owner of the requests.
    """

    client: httpx.AsyncClient
    owner: str

    async def request(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Send a request of the owner."""
        return await self.client.request(method, path, json=body, headers={"X-User-ID": self.owner})

    async def read(self, path: str) -> Any:
        """Return the body of a successful response to a GET."""
        response = await self.request("GET", path)
        assert response.status_code == 200, response.text
        return response.json()

    async def create(self, path: str, **members: Any) -> str:
        """Create a row, and return its id."""
        response = await self.request("POST", path, members)
        assert response.status_code == 201, response.text
        row_id: str = response.json()["id"]
        return row_id

    async def account(self, name: str = "Cash", **members: Any) -> str:
        """Create an account in euros."""
        return await self.create("/accounts", name=name, currency_id=EUR, **members)

    async def category(self, name: str, **members: Any) -> str:
        """Create a category."""
        return await self.create("/categories", name=name, **members)

    async def expense(self, account_id: str, amount: str = "10.00", **members: Any) -> str:
        """Create an expense."""
        return await self.create("/expenses", **expense_members(account_id, amount=amount, **members))


def expense_members(account_id: str, **members: Any) -> dict[str, Any]:
    """Return the members of an expense in euros."""
    plain = {"currency_id": EUR, "amount": "10.00", "payee": "Corner shop", "spent_on": "2026-01-15"}
    return plain | {"account_id": account_id} | members
