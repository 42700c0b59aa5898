from collections.abc import Iterator

import pytest

from tests.support.fault_proxy import FaultProxy, fault_proxy


@pytest.fixture
def proxy(gadget_url: str) -> Iterator[FaultProxy]:
    """A proxy that injects faults in front of the database of gadgets."""
    with fault_proxy(gadget_url) as proxy:
        yield proxy
