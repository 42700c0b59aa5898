"""A rolling restart of two servers behind nginx."""

from uuid import uuid4

import pytest

from tests.reliability.scenario import Fault, Measure, faults
from tests.reliability.services import Service, Services
from tests.support.tasks import migrated_database

pytestmark = pytest.mark.slow


def restart_in_turn(servers: list[Service]) -> None:
    for server in servers:
        server.terminate()
        server.start()


@faults(Fault("rolling restart of two servers behind nginx", restart_in_turn, harmless=True, deep=True))
async def test_clients_of_nginx_do_not_notice_a_restart(
    fault: Fault, measure: Measure, services: Services, server_url: str
) -> None:
    url = migrated_database(server_url, f"faults-{uuid4()}")
    servers = [services.todo(DATABASE_URL=url), services.todo(DATABASE_URL=url)]
    await measure(fault, servers, [services.nginx(servers)])
