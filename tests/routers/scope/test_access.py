"""What the generator is given."""

from routers import resource_router
from tests.support.gadgets import access, gadgets


def test_every_generated_route_asks_the_given_owner() -> None:
    router = resource_router(gadgets, access)
    for route in router.routes:
        scopes = route.dependant.dependencies  # type: ignore[attr-defined]
        assert scopes
        for scope in scopes:
            assert [dependency.call for dependency in scope.dependencies] == [access.owner]
    assert len(router.routes) == 6
