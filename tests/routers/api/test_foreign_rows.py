"""Custom routes that return rows of another schema than that of their router."""

from typing import Annotated

import httpx
import pytest
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from routers import Database, ReadRow, Resource, RowId, Scope, resource_router
from tests.support.gadget_applications import application_of, unchecked_client_of
from tests.support.gadgets import GadgetRead, access, gadgets
from tests.support.tables import OwnedSpecimen


class WidgetCreate(SQLModel):
    """A widget as a client writes it."""

    label: str


class Widget(WidgetCreate, OwnedSpecimen, table=True):
    """A row of widgets."""


class WidgetRead(WidgetCreate, ReadRow):
    """A widget as its owner sees it."""


class DetailedGadgetRead(GadgetRead):
    """A gadget with a member that is not in the table."""

    length: int


widgets = Resource(path="/widgets", model=Widget, create=WidgetCreate, read=WidgetRead)


@pytest.fixture(scope="session")
def widget_table(gadget_url: str) -> None:
    engine = create_engine(gadget_url.replace("postgresql:", "postgresql+psycopg2:"))
    widgets.table.create(engine)
    engine.dispose()


@pytest.fixture
def client(database: Database, widget_table: None, empty: None) -> httpx.AsyncClient:
    router = resource_router(gadgets, access)
    gadget_scope = Annotated[Scope[GadgetRead], router.scope]
    widget_scope = Annotated[Scope[WidgetRead], resource_router(widgets, access).scope]

    @router.post("/widgets")
    async def create_widget(rows: gadget_scope, widgets: widget_scope) -> WidgetRead:
        page = await rows.list()
        return await widgets.create(label=f"beside {len(page.items)} gadgets")

    @router.get("/{gadget_id}/detail")
    async def get_detail(gadget_id: RowId, rows: gadget_scope) -> DetailedGadgetRead:
        gadget = await rows.get(gadget_id)
        return DetailedGadgetRead(**gadget.model_dump(), length=len(gadget.name))

    return unchecked_client_of(application_of(router, database))


async def test_a_custom_route_can_return_a_row_of_another_resource(client: httpx.AsyncClient) -> None:
    response = await client.post("/gadgets/widgets")
    assert response.status_code == 200
    assert response.json()["label"] == "beside 0 gadgets"
    assert response.headers["etag"] == '"1"'


async def test_a_custom_route_can_return_a_row_with_additional_members(client: httpx.AsyncClient) -> None:
    gadget = (await client.post("/gadgets", json={"name": "lamp"})).json()
    response = await client.get(f"/gadgets/{gadget['id']}/detail")
    assert response.json() == {**gadget, "length": 4}
