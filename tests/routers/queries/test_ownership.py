"""The rule of policy_of."""

import pytest
from fastcrud import PolicyConfig

from routers import OwnerId
from routers.queries.ownership import OWNER, policy_of
from tests.support.gadgets import Gadget


@pytest.mark.parametrize("operation", ["read", "update", "delete"])
def test_each_operation_reaches_the_owners_rows_alone(operation: str) -> None:
    policy = policy_of(Gadget, OwnerId("ann"))
    (condition,) = policy.row_conditions(operation)  # type: ignore[arg-type]
    assert str(condition.compile(compile_kwargs={"literal_binds": True})) == "gadget.owner_id = 'ann'"


def test_what_the_rule_does_not_grant_is_denied() -> None:
    assert not PolicyConfig().grants("read")


def test_the_owner_of_a_prebuilt_statement_has_no_default() -> None:
    assert OWNER.required
    assert OWNER.value is None
