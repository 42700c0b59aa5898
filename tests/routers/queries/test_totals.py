"""The total of a list: the number of rows on all of its pages, if a request asks for it."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from pydantic import field_serializer
from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import col

from routers import Database, Equals, OwnerId, Page, Resource, Scope, UnitOfWork, resource_router
from tests.support.databases import new_pool
from tests.support.gadget_applications import application_of, client_of
from tests.support.gadgets import Gadget, GadgetCreate, GadgetRead, access, gadgets
from tests.support.ledgers import ANN, BOB, create_ledgers, ledgers
from tests.support.specimens import Specimen, SpecimenCreate, SpecimenRead
from tests.support.sql import new_database, run_sql
from tests.support.wire import Wire

GADGET: dict[str, Any] = {
    "path": "/gadgets",
    "model": Gadget,
    "create": GadgetCreate,
    "filters": gadgets.filters,
    "sorts": gadgets.sorts,
    "count": True,
}
counted = Resource(**GADGET, read=GadgetRead)

Gadgets = Scope[GadgetRead]
READY: Any = col(Gadget.ready)


class LoudRead(GadgetRead):
    """A gadget with a serializer of its own."""

    @field_serializer("name")
    def upper(self, name: str) -> str:
        return name.upper()


@pytest.fixture
async def client(database: Database, scope: Gadgets, foreign: Gadgets) -> AsyncIterator[httpx.AsyncClient]:
    """A client of Ann, who has seven gadgets with three names, three of them ready; Bob has five."""
    await scope.create_many({"name": f"lamp {n % 3}", "ready": n < 3} for n in range(7))
    await foreign.create_many({"name": f"lamp {n % 3}", "ready": True} for n in range(5))
    async with client_of(application_of(resource_router(counted, access), database)) as client:
        yield client


@pytest.fixture
def rows(database: Database) -> Gadgets:
    return Scope(counted, OwnerId("ann"), UnitOfWork(database))


async def read(client: httpx.AsyncClient, query: str, **headers: str) -> Any:
    response = await client.get(f"/gadgets?{query}", headers=headers)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("", 7),
        ("&limit=1", 7),
        ("&ready=true", 3),
        ("&ready=false&limit=2", 4),
        ("&q=LAMP 1", 2),
        ("&ready=true&q=lamp 1", 1),
        ("&q=gate", 0),
        ("&created_at_lt=2000-01-01T00:00:00Z", 0),
        ("&created_at_gte=2999-01-01T00:00:00Z&created_at_lt=2000-01-01T00:00:00Z", 0),
    ],
)
async def test_the_total_is_the_number_of_rows_that_match_the_filters(
    client: httpx.AsyncClient, query: str, total: int
) -> None:
    page = await read(client, f"count=true{query}")
    assert page["total"] == total
    assert {**page, "total": None} == await read(client, query.removeprefix("&"))


async def test_the_total_counts_rows_of_the_owner_only(client: httpx.AsyncClient) -> None:
    assert (await read(client, "count=true", Owner="bob"))["total"] == 5
    assert (await read(client, "count=true&ready=false", Owner="bob"))["total"] == 0
    nothing: Any = {"items": [], "next_cursor": None, "total": 0}
    assert await read(client, "count=true", Owner="witness") == nothing


@pytest.mark.parametrize("query", ["", "count=false", "limit=3", "count=false&ready=true"])
async def test_a_page_has_no_total_unless_the_request_asks_for_it(
    client: httpx.AsyncClient, query: str
) -> None:
    page = await read(client, query)
    assert list(page) == ["items", "next_cursor", "total"]
    assert page["total"] is None


@pytest.mark.parametrize("sort", counted.sorts)
async def test_each_page_in_each_order_has_the_same_total_and_the_rows_of_a_page_without_it(
    client: httpx.AsyncClient, sort: str
) -> None:
    query, pages = f"sort={sort}&limit=3", 0
    while query:
        page = await read(client, f"{query}&count=true")
        assert page["total"] == 7
        assert {**page, "total": None} == await read(client, query)
        query = page["next_cursor"] and f"limit=3&cursor={page['next_cursor']}"
        pages += 1
    assert pages == 3


async def test_the_empty_page_behind_the_last_row_has_the_total(
    client: httpx.AsyncClient, gadget_url: str
) -> None:
    cursor = (await read(client, "sort=created_at&limit=6"))["next_cursor"]
    run_sql(gadget_url, "UPDATE gadget SET created_at = '2000-01-01Z'")
    empty: Any = {"items": [], "next_cursor": None, "total": 7}
    assert await read(client, f"count=true&cursor={cursor}") == empty


async def test_a_page_with_a_total_is_one_statement_in_one_round_trip(
    client: httpx.AsyncClient, wire: Wire
) -> None:
    wire.reset()
    await read(client, "count=true&ready=true&limit=1")
    assert (wire.trips, len(wire.statements)) == (1, 1)


@pytest.mark.parametrize("value", ["", "1", "True", "exact", "true&count=true"])
async def test_another_value_of_count_is_rejected(client: httpx.AsyncClient, value: str) -> None:
    response = await client.get(f"/gadgets?count={value}")
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (422, "count")


async def test_a_list_whose_declaration_offers_no_total_does_not_know_the_parameter(
    database: Database, empty: None
) -> None:
    async with client_of(application_of(resource_router(gadgets, access), database)) as client:
        response = await client.get("/gadgets?count=true")
        assert response.status_code == 422
        assert response.json()["errors"][0]["detail"].startswith("This parameter is unknown")
        assert await read(client, "") == {"items": [], "next_cursor": None}


@pytest.mark.usefixtures("region")
async def test_a_column_that_is_called_count_can_be_filtered_if_no_total_is_offered(
    specimen_database: Database,
) -> None:
    resource = Resource(
        path="/specimens",
        model=Specimen,
        create=SpecimenCreate,
        read=SpecimenRead,
        filters=(Equals("count"),),
        sorts=("name",),
    )
    async with client_of(application_of(resource_router(resource, access), specimen_database)) as client:
        for count in (1, 1, 2):
            await client.post("/specimens", json={"name": "a", "count": count})
        assert len((await client.get("/specimens?count=1")).json()["items"]) == 2


@pytest.mark.usefixtures("client")
async def test_a_page_of_rows_with_a_serializer_has_a_total(database: Database) -> None:
    loud = Resource(**GADGET, read=LoudRead)
    async with client_of(application_of(resource_router(loud, access), database)) as loud_client:
        page = await read(loud_client, "count=true&limit=1&sort=name")
        assert (page["items"][0]["name"], page["total"]) == ("LAMP 0", 7)
        assert (await read(loud_client, "limit=1"))["total"] is None


@pytest.mark.usefixtures("client")
async def test_a_scope_counts_the_rows_that_meet_its_conditions_and_filters(rows: Gadgets) -> None:
    condition = col(Gadget.name) < "lamp 2"
    first = await rows.list(condition, limit=2, sort="name", count=True)
    second = await rows.list(condition, limit=9, cursor=first.next_cursor, count=True)
    assert (len(first.items), len(second.items), first.total, second.total) == (2, 3, 5, 5)
    assert (await rows.list(condition, filters={"ready": True}, count=True)).total == 2
    assert (await rows.list(condition)).total is None
    other: Any = aliased(Gadget)
    namesakes = select(other.name).where(other.ready, other.version == Gadget.version)
    page = await rows.list(col(Gadget.name).in_(namesakes), limit=1, count=True)
    assert (len(page.items), page.total) == (1, 7)


async def test_a_scope_without_totals_counts_nothing(scope: Gadgets) -> None:
    with pytest.raises(TypeError, match="The pages of gadgets have no total: declare count=True"):
        await scope.list(count=True)


@pytest.mark.usefixtures("client")
async def test_a_custom_route_returns_a_page_with_its_total(database: Database) -> None:
    router = resource_router(counted, access)
    scope = Annotated[Gadgets, router.scope]

    @router.get("/ready")
    async def list_ready(rows: scope) -> Page[GadgetRead]:
        """List the gadgets that are ready."""
        return await rows.list(READY, limit=2, count=True)

    async with client_of(application_of(router, database)) as client:
        page = await read(client, "limit=1")
        assert page["total"] is None
        page = (await client.get("/gadgets/ready")).json()
        assert (len(page["items"]), page["total"]) == (2, 3)


async def test_a_list_with_derived_members_has_a_total(server_url: str) -> None:
    url = new_database(server_url, "totals of derived members")
    create_ledgers(url, ANN, BOB)
    run_sql(url, f"DELETE FROM specimen_entry WHERE owner_id = '{ANN}' AND amount < 4")  # noqa: S608
    database = new_pool(url)
    async with client_of(application_of(resource_router(ledgers, access), database)) as client:
        for query, names, total in (
            ("sort=-total&limit=1", ["ann 2"], 2),
            ("has_last_booked_on=true", ["ann 2"], 1),
            ("has_last_booked_on=false", ["ann 1"], 1),
            ("has_last_booked_on=false&is_parent=false", [], 0),
            ("entry_count_gt=2&entry_count_lte=3", ["ann 2"], 1),
            ("entry_count_gt=3", [], 0),
        ):
            page = (await client.get(f"/ledgers?count=true&{query}")).json()
            assert ([row["name"] for row in page["items"]], page["total"]) == (names, total)
        assert (await client.get("/ledgers?count=true&sort=-total")).json()["items"][0]["total"] == "15.00"
    await database.close()


async def test_a_public_list_has_a_total(museum: httpx.AsyncClient, specimen_url: str) -> None:
    run_sql(specimen_url, "INSERT INTO region (id, name) VALUES (gen_random_uuid(), 'South')")
    page = (await museum.get("/regions?count=true&limit=1", headers={"Owner": ""})).json()
    assert ([row["name"] for row in page["items"]], page["total"]) == (["North"], 2)


def test_the_document_describes_the_parameter_and_the_total() -> None:
    schema = counted.page_schema.model_json_schema()
    assert schema["required"] == ["items", "next_cursor", "total"]
    integer = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1, "examples": [1]}
    assert schema["properties"]["total"]["anyOf"] == [integer, {"type": "null"}]
    assert counted.query_schema.model_json_schema()["properties"]["count"]["type"] == "boolean"
    assert "total" not in gadgets.page_schema.model_json_schema()["properties"]
