"""The examples of a member replace those of its type, in every schema of the document."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel, computed_field
from pydantic import Field as PydanticField
from sqlmodel import Field, SQLModel

from routers import ReadRow, Resource, ResourceAPI, resource_router
from tests.support.gadgets import access
from tests.support.tables import OwnedSpecimen

EXAMPLES: dict[str, Any] = {
    "made_on": "2020-02-29",
    "seen_at": "2020-02-29T00:00:00Z",
    "code": "3f1c2a88-6d1e-4c55-9d53-0c1a5b1e7a10",
    "price": "7.00",
}


def extra(name: str) -> dict[str, Any]:
    return {"examples": [EXAMPLES[name]]}


class VaseCreate(SQLModel):
    """A vase as a client writes it."""

    made_on: date = Field(schema_extra=extra("made_on"))
    seen_at: datetime = Field(schema_extra=extra("seen_at"))
    code: UUID = Field(schema_extra=extra("code"))
    price: Decimal = Field(max_digits=5, decimal_places=2, schema_extra=extra("price"))


class Vase(VaseCreate, OwnedSpecimen, table=True):
    """A row of vases."""


class VaseRead(VaseCreate, ReadRow):
    """A vase as its owner sees it."""


class Offer(BaseModel):
    """An offer of a vase."""

    made_on: date = PydanticField(examples=[EXAMPLES["made_on"]])
    seen_at: datetime = PydanticField(json_schema_extra=extra("seen_at"))
    code: UUID = PydanticField(examples=[EXAMPLES["code"]], json_schema_extra={"x-kind": "code"})
    price: Decimal = PydanticField(max_digits=5, decimal_places=2, examples=[EXAMPLES["price"]])


class Answer(Offer):
    """An offer with a computed member."""

    @computed_field(examples=["2020-12-31"])  # type: ignore[prop-decorator]
    @property
    def ends_on(self) -> date:
        """The last day of the offer."""
        return self.made_on


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    router = resource_router(Resource(path="/vases", model=Vase, create=VaseCreate, read=VaseRead), access)

    @router.post("/offer")
    async def offer_vase(body: Offer) -> Answer:
        return Answer(**vars(body))

    api = ResourceAPI(title="Vases")
    api.include_router(router)
    schemas: dict[str, Any] = api.openapi()["components"]["schemas"]
    return schemas


@pytest.mark.parametrize("schema", ["VaseCreate", "VaseUpdate", "VaseRead", "Offer", "Answer"])
def test_the_examples_of_a_member_replace_those_of_its_type(schemas: dict[str, Any], schema: str) -> None:
    members = schemas[schema]["properties"]
    assert {name: members[name]["examples"] for name in EXAMPLES} == {
        name: [example] for name, example in EXAMPLES.items()
    }


def test_the_examples_of_a_computed_member_replace_those_of_its_type(schemas: dict[str, Any]) -> None:
    assert schemas["Answer"]["properties"]["ends_on"]["examples"] == ["2020-12-31"]
