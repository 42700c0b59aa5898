"""The endpoints of categories."""

import httpx

from tests.support.books import Books


async def test_a_category_is_merged_with_its_expenses_budgets_and_inner_categories(
    client: httpx.AsyncClient,
) -> None:
    alice = Books(client, "alice")
    food, trips = await alice.category("Food"), await alice.category("Trips")
    snacks = await alice.category("Snacks", parent_id=food)
    sweets = await alice.category("Sweets", parent_id=snacks)
    await alice.expense(await alice.account(), category_id=snacks)
    amounts = ((snacks, "month", "1.00"), (snacks, "year", "2.00"), (trips, "year", "3.00"))
    for category, period, amount in amounts:
        await alice.create("/budgets", category_id=category, period=period, amount=amount)
    response = await alice.request("POST", f"/categories/{snacks}/merge", {"into_id": trips})
    assert response.status_code == 200, response.text
    assert (response.json()["id"], response.json()["expense_count"]) == (trips, 1)
    budgets = (await alice.read(f"/budgets?category_id={trips}"))["items"]
    assert {each["period"]: each["amount"] for each in budgets} == {"month": "1.00", "year": "3.00"}
    assert (await alice.read(f"/categories/{sweets}"))["parent_id"] == food
    assert (await alice.request("GET", f"/categories/{snacks}")).status_code == 404


async def test_nothing_is_merged_into_the_category_itself_or_that_of_another_owner(
    client: httpx.AsyncClient,
) -> None:
    alice, bob = Books(client, "alice"), Books(client, "bob")
    food = await alice.category("Food")
    expense = await alice.expense(await alice.account(), category_id=food)
    of_bob = await bob.category("Food")
    itself = await alice.request("POST", f"/categories/{food}/merge", {"into_id": food})
    foreign = await alice.request("POST", f"/categories/{food}/merge", {"into_id": of_bob})
    assert (itself.status_code, foreign.status_code) == (409, 404)
    assert (await alice.read(f"/expenses/{expense}"))["category_id"] == food


async def test_a_merge_with_an_outdated_version_changes_nothing(client: httpx.AsyncClient) -> None:
    alice = Books(client, "alice")
    food, trips = await alice.category("Food"), await alice.category("Trips")
    expense = await alice.expense(await alice.account(), category_id=food)
    response = await client.post(
        f"/categories/{food}/merge", json={"into_id": trips}, headers={"If-Match": '"7"'}
    )
    assert response.status_code == 412
    assert (await alice.read(f"/expenses/{expense}"))["category_id"] == food
