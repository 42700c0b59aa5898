"""The endpoints of expenses."""

import httpx

from tests.support.books import USD, Books, expense_members

ABSENT = "01900000-0000-7000-8000-000000000001"


async def test_totals_are_sums_by_month_and_currency(client: httpx.AsyncClient) -> None:
    alice, bob = Books(client, "alice"), Books(client, "bob")
    cash = await alice.account()
    await alice.expense(cash, "1.25")
    await alice.expense(cash, "2.50")
    await alice.expense(cash, "4.00", currency_id=USD)
    await alice.expense(cash, "8.00", spent_on="2025-12-31")
    await bob.expense(await bob.account(), "99.00")
    january = [
        {"month": "2026-01", "currency": "EUR", "amount": "3.75", "count": 2},
        {"month": "2026-01", "currency": "USD", "amount": "4.00", "count": 1},
    ]
    december = {"month": "2025-12", "currency": "EUR", "amount": "8.00", "count": 1}
    assert await alice.read("/expenses/totals") == [*january, december]
    assert await alice.read("/expenses/totals?since=2026-01-01") == january


async def test_expenses_are_imported_in_order(client: httpx.AsyncClient) -> None:
    alice, bob = Books(client, "alice"), Books(client, "bob")
    cash = await alice.account()
    rows = [expense_members(cash, payee=f"Shop {number}", tags=["new"]) for number in range(3)]
    response = await alice.request("POST", "/expenses/import", {"expenses": rows})
    assert response.status_code == 200, response.text
    assert [each["payee"] for each in response.json()] == ["Shop 0", "Shop 1", "Shop 2"]
    assert len((await alice.read("/expenses"))["items"]) == 3
    assert (await bob.read("/expenses"))["items"] == []


async def test_an_import_with_an_account_of_another_owner_creates_nothing(client: httpx.AsyncClient) -> None:
    alice, bob = Books(client, "alice"), Books(client, "bob")
    rows = [expense_members(await alice.account()), expense_members(await bob.account())]
    response = await alice.request("POST", "/expenses/import", {"expenses": rows})
    assert response.status_code == 422
    assert (await alice.read("/expenses"))["items"] == []


async def test_only_expenses_of_the_owner_get_another_category(client: httpx.AsyncClient) -> None:
    alice, bob = Books(client, "alice"), Books(client, "bob")
    food = await alice.category("Food")
    of_alice = await alice.expense(await alice.account())
    of_bob = await bob.expense(await bob.account())
    body = {"expense_ids": [of_alice, of_bob, ABSENT], "category_id": food}
    response = await alice.request("POST", "/expenses/recategorize", body)
    assert response.json() == {"count": 1}
    assert (await alice.read(f"/expenses/{of_alice}"))["category_id"] == food
    assert (await bob.read(f"/expenses/{of_bob}"))["category_id"] is None


async def test_old_expenses_of_the_owner_are_deleted(client: httpx.AsyncClient) -> None:
    alice, bob = Books(client, "alice"), Books(client, "bob")
    for books in (alice, bob):
        account = await books.account()
        await books.expense(account, spent_on="2025-12-31")
        await books.expense(account, spent_on="2026-01-01")
    response = await alice.request("POST", "/expenses/clear?before=2026-01-01")
    assert response.json() == {"count": 1}
    assert [each["spent_on"] for each in (await alice.read("/expenses"))["items"]] == ["2026-01-01"]
    assert len((await bob.read("/expenses"))["items"]) == 2
