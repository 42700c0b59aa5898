"""The settings of the fuzzer follow from the declarations."""

import tomllib
from typing import Annotated
from uuid import UUID

import pytest
from pydantic import BaseModel

from routers import ResourceAPI, Scope, ScopedRouter, problem_responses, resource_router
from tests.support.fuzz_settings import operation_settings
from tests.support.gadgets import GadgetRead, access, gadgets
from tests.support.specimens import specimen_routers


class Ids(BaseModel):
    ids: list[UUID]


class Names(BaseModel):
    names: list[str]


def statuses() -> dict[str, set[str]]:
    """Return the expected statuses of each operation of the specimens, and of two custom routes."""
    router = resource_router(gadgets, access)
    scope = Annotated[Scope[GadgetRead], router.scope]
    search = ScopedRouter(access, prefix="/search", name="search", description="Search.")

    @search.post("/ids", responses=problem_responses(410))
    async def find_ids(body: Ids, rows: scope) -> None:
        """Find gadgets by their ids."""

    @search.post("/names")
    async def find_names(body: Names, rows: scope) -> None:
        """Find gadgets by their names."""

    api = ResourceAPI()
    routers = (*specimen_routers(), router, search)
    for each in routers:
        api.include_router(each)
    return {
        operation: set(entry["checks"]["positive_data_acceptance"]["expected-statuses"])
        for entry in tomllib.loads(operation_settings(api.openapi(), routers))["operations"]
        if "checks" in entry
        for operation in entry["include-operation-id"]
    }


@pytest.mark.parametrize(
    ("operation", "rejections"),
    [
        pytest.param("listSpecimens", set(), id="a list"),
        pytest.param("createSpecimen", set(), id="a UUID that refers to no row"),
        pytest.param("putSpecimen", {"412"}, id="preconditions"),
        pytest.param("createShelf", {"409"}, id="a unique value"),
        pytest.param("deleteShelf", {"404", "409", "412"}, id="a row that others refer to"),
        pytest.param("createLabel", {"409", "422"}, id="references and a rule over several members"),
        pytest.param(
            "findIds", {"404", "410", "422"}, id="ids in a custom route, and a status that it documents"
        ),
        pytest.param("findNames", set(), id="a custom route without ids"),
    ],
)
def test_a_valid_request_may_be_rejected_for_reasons_in_the_declaration(
    operation: str, rejections: set[str]
) -> None:
    expected = {status for status in statuses()[operation] if status.startswith("4")}
    assert expected == rejections
