"""The endpoints of accounts."""

from typing import Any

import httpx

from tests.support.books import USD, Books

ABSENT = "01900000-0000-7000-8000-000000000001"


def order(to_account_id: str, **members: Any) -> dict[str, Any]:
    plain = {"amount": "30.00", "fee": "0.50", "transferred_on": "2026-02-01"}
    return plain | {"to_account_id": to_account_id} | members


async def test_the_balance_counts_transfers_and_expenses_in_the_currency_of_the_account(
    client: httpx.AsyncClient,
) -> None:
    alice, bob = Books(client, "alice"), Books(client, "bob")
    cash = await alice.account(opening_balance="100.00")
    await alice.expense(cash, "12.34")
    await alice.expense(cash, "50.00", currency_id=USD)
    await bob.expense(await bob.account(), "99.00")
    account = await alice.read(f"/accounts/{cash}")
    assert (account["balance"], account["expense_count"]) == ("87.66", 2)


async def test_a_transfer_moves_the_amount_and_books_its_fee(client: httpx.AsyncClient) -> None:
    alice = Books(client, "alice")
    cash, savings = await alice.account(opening_balance="100.00"), await alice.account("Savings")
    response = await alice.request("POST", f"/accounts/{cash}/transfer", order(savings))
    assert response.status_code == 200, response.text
    assert (response.json()["from_account_id"], response.json()["to_account_id"]) == (cash, savings)
    accounts = (await alice.read("/accounts?sort=name"))["items"]
    assert [each["balance"] for each in accounts] == ["69.50", "30.00"]


async def test_a_transfer_whose_fee_is_rejected_does_not_happen(client: httpx.AsyncClient) -> None:
    alice = Books(client, "alice")
    cash, savings = await alice.account(), await alice.account("Savings")
    rejected = order(savings, category_id=ABSENT)
    response = await alice.request("POST", f"/accounts/{cash}/transfer", rejected)
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "/category_id")
    assert (await alice.read("/transfers"))["items"] == []


async def test_no_transfer_reaches_an_account_of_another_owner(client: httpx.AsyncClient) -> None:
    alice, bob = Books(client, "alice"), Books(client, "bob")
    of_alice, of_bob = await alice.account(), await bob.account()
    to_bob = await alice.request("POST", f"/accounts/{of_alice}/transfer", order(of_bob))
    from_bob = await alice.request("POST", f"/accounts/{of_bob}/transfer", order(of_alice))
    assert (to_bob.status_code, from_bob.status_code) == (422, 404)
    assert (await bob.read(f"/accounts/{of_bob}"))["balance"] == "0.00"
