"""The search."""

import httpx

from tests.support.books import Books


async def test_the_search_covers_several_resources_of_the_owner(client: httpx.AsyncClient) -> None:
    alice, bob = Books(client, "alice"), Books(client, "bob")
    for books in (alice, bob):
        account = await books.account(f"Rail card of {books.owner}")
        await books.category("Travel")
        await books.expense(account, payee=f"Railway of {books.owner}")
        await books.create("/tasks", title=f"Claim the rail fare of {books.owner}")
    matches = await alice.read("/search?q=RAIL")
    assert [(each["resource"], each["text"]) for each in matches] == [
        ("tasks", "Claim the rail fare of alice"),
        ("accounts", "Rail card of alice"),
        ("expenses", "Railway of alice"),
    ]


async def test_the_search_takes_wildcards_literally(client: httpx.AsyncClient) -> None:
    alice = Books(client, "alice")
    await alice.category("100% sure")
    await alice.category("100 sure")
    assert [each["text"] for each in await alice.read("/search?q=%25")] == ["100% sure"]
