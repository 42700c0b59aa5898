"""A name of the application never stands for something else in the OpenAPI document."""

from enum import StrEnum
from types import new_class
from typing import Any

import pytest
from fastapi import Depends, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from pydantic import BaseModel, computed_field, create_model
from sqlmodel import Field, SQLModel

from routers import ReadRow, Resource, ResourceAPI, ScopedRouter, resource_router
from tests.support.gadgets import access, gadget_router
from tests.support.tables import OwnedSpecimen


class CogCreate(SQLModel):
    """A cog as a client writes it."""

    name: str = Field(max_length=9)
    others: dict[str, Any] = Field(default_factory=dict)


class Cog(CogCreate, OwnedSpecimen, table=True):
    """A row of cogs."""


class CogRead(CogCreate, ReadRow):
    """A cog as its owner sees it."""


def renamed(name: str) -> type[ReadRow]:
    """Return the response schema of cogs under another name."""
    return new_class(name, (CogRead,), exec_body=lambda body: body.update(__module__=__name__))


def api_of(read: type[ReadRow] = CogRead) -> ResourceAPI:
    """Return an application with a resource of cogs."""
    api = ResourceAPI(title="Cogs")
    api.include_router(
        resource_router(Resource(path="/cogs", model=Cog, create=CogCreate, read=read), access)
    )
    return api


def api_with(returned: Any) -> ResourceAPI:
    """Return an application of cogs with a route that returns this type."""
    api = api_of()
    router = ScopedRouter(access, name="tools", description="Tools for cogs.")

    @router.get("/tool")
    async def get_tool() -> returned:
        raise NotImplementedError

    api.include_router(router)
    return api


def conflict_in(api: ResourceAPI) -> str:
    """Return the message with which an application does not start; its document cannot be written either."""
    with pytest.raises(TypeError) as at_start:
        api.build_middleware_stack()
    with pytest.raises(TypeError) as error:
        api.openapi()
    assert str(error.value) == str(at_start.value)
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Problem", "error responses"),
        ("Violation", "error responses"),
        ("JsonValue", "JSON members"),
        ("ValidationError", "error responses of FastAPI"),
        ("HTTPValidationError", "error responses of FastAPI"),
        ("CogUpdate", "GET /cogs"),
        ("CogPage", "GET /cogs"),
    ],
)
def test_a_response_schema_cannot_have_the_name_of_a_schema_of_ours(name: str, other: str) -> None:
    message = conflict_in(api_of(renamed(name)))
    assert message.startswith(f"{other} and ")
    assert f"have different schemas of one name in clients, {name}: rename one" in message


class Problem(BaseModel):
    """A problem of a cog."""


class Holder(BaseModel):
    """A model with a problem in it."""

    problems: dict[str, list[Problem]]


class Computing(BaseModel):
    """A model that computes a problem."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def problem(self) -> Problem:
        raise NotImplementedError


class Violation(StrEnum):
    """A violation of a cog."""

    SMALL = "small"


@pytest.mark.parametrize("returned", [Problem, list[Problem], Problem | None, Holder, Computing])
def test_a_model_of_a_custom_route_cannot_have_the_name_of_a_schema_of_ours(returned: Any) -> None:
    assert "of one name in clients, Problem: rename one" in conflict_in(api_with(returned))


def test_an_enum_cannot_have_the_name_of_a_schema_of_ours() -> None:
    model = create_model("Report", violation=Violation | None)
    assert "of one name in clients, Violation: rename one" in conflict_in(api_with(model))


def test_two_models_cannot_have_the_same_name() -> None:
    other = create_model("CogRead", __module__="elsewhere", size=int)
    assert "GET /cogs and GET /tool have different schemas of one name" in conflict_in(api_with(other))


def test_a_model_can_be_the_body_and_the_response_of_routes() -> None:
    schemas = api_with(CogCreate).openapi()["components"]["schemas"]
    assert {"CogRead", "CogUpdate", "CogPage", "Problem", "JsonValue"} <= schemas.keys()


def test_two_security_schemes_cannot_have_the_same_name() -> None:
    router = gadget_router()

    @router.get("/secret", dependencies=[Security(HTTPBearer(scheme_name="owner"))])
    async def get_secret() -> int:
        raise NotImplementedError

    api = ResourceAPI(title="Gadgets")
    api.include_router(router)
    assert conflict_in(api) == (
        "Two security schemes are named owner, tests.support.gadgets.OwnerHeader and "
        "fastapi.security.http.HTTPBearer: give one of them another scheme_name."
    )


def test_dependencies_can_share_a_security_scheme() -> None:
    router = gadget_router()

    @router.get("/secret", dependencies=[Depends(APIKeyHeader(name="Owner", scheme_name="owner"))])
    async def get_secret() -> int:
        raise NotImplementedError

    api = ResourceAPI(title="Gadgets")
    api.include_router(router)
    assert list(api.openapi()["components"]["securitySchemes"]) == ["owner"]


def test_routers_can_share_a_tag() -> None:
    api = ResourceAPI(title="Tools")
    for path in ("/first", "/second"):
        api.include_router(ScopedRouter(access, name="tools", description="Tools for cogs.", prefix=path))
    assert [tag["name"] for tag in api.openapi()["tags"]] == ["tools"]
